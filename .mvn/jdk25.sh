# Sets JAVA_HOME to a JDK 25, or says in one sentence that there is none. Sourced by build and nightjar.

is_jdk25() {
  [ -x "$1/bin/javac" ] && "$1/bin/java" -version 2>&1 | head -n 1 | grep -q '"25'
}

find_jdk25() {
  local on_path home
  on_path=$(command -v java || true)
  [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*25* /opt/java/openjdk \
    "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home; do
    if [ -n "$home" ] && is_jdk25 "$home"; then
      export JAVA_HOME=$home
      return 0
    fi
  done
  echo "nightjar: JDK 25 was not found; install one (for example Temurin 25) or set JAVA_HOME to it." >&2
  return 1
}
