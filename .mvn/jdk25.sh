# Finds a JDK 25, and runs Maven on it. Sourced by build and nightjar.

is_jdk25() {
  [ -x "$1/bin/javac" ] && grep -qE '^JAVA_VERSION="25["._-]' "$1/release" 2>/dev/null
}

# Sets JAVA_HOME, or says in one sentence that there is no JDK 25.
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

# Runs Maven in the current folder: the installed one, else the wrapper's.
maven() {
  local program=./mvnw
  [ -z "$(command -v mvn)" ] || program=mvn
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow -XX:TieredStopAtLevel=1 -XX:+UseSerialGC ${MAVEN_OPTS:-}" \
    "$program" --batch-mode --no-transfer-progress "$@"
}
