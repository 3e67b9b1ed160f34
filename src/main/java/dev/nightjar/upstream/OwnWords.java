package dev.nightjar.upstream;

import dev.nightjar.file.Bytes;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an upstream says, as it may be shown: whoever reads why a batch waits need not know where
 * the upstream is, and nobody its key.
 */
public final class OwnWords {
  /** Of an upstream of which nothing is known. */
  public static final OwnWords ANY = new OwnWords(List.of(), null);

  private static final int QUOTE_MAX = 200;
  private static final int READ_MAX = 1_024;
  private static final int PAGE_READ_MAX = 8_192;
  private static final String HIDDEN = "***";

  private static final List<Pattern> ADDRESSES =
      List.of(
          Pattern.compile("(?i)\\b[a-z][a-z0-9+.-]{1,20}://[^\\s\"'<>)\\]]+"),
          Pattern.compile("(?<![\\w.])(?:\\d{1,3}\\.){3}\\d{1,3}(?::\\d+)?(?![\\w.])"),
          Pattern.compile(
              "(?i)\\[?(?<![\\w:])(?:(?:[0-9a-f]{1,4}:){3,7}|(?:[0-9a-f]{1,4}:){0,6}:)"
                  + "(?::?[0-9a-f]{1,4}){1,7}(?![\\w:])\\]?(?::\\d+)?"),
          Pattern.compile("(?i)\\blocalhost(?::\\d+)?\\b"),
          Pattern.compile("(?i)\\b[a-z0-9][a-z0-9-]*+(?:\\.[a-z0-9-]++)++:\\d{2,5}\\b"),
          Pattern.compile("(?i)\\b[a-z][a-z0-9-]*:\\d{4,5}\\b"),
          Pattern.compile(
              "(?i)\\b(?:[a-z0-9-]++\\.){1,10}(?:internal|local|lan|corp|intra|svc|cluster"
                  + "|amazonaws\\.com|azure\\.com)\\b"));

  private static final List<Pattern> SECRETS =
      List.of(
          Pattern.compile("(?i)\\b(bearer|basic)\\s+[\\w.~+/=*-]{6,}"),
          Pattern.compile(
              "\\b(?:sk|pk|rk|hf|gsk|xai|nvapi|ghp|csk|pplx|r8|fw|key)[-_][\\w*.-]{6,}"),
          Pattern.compile("\\b(?:AKIA|ASIA)[0-9A-Z]{12,}"),
          Pattern.compile("\\bAIza[\\w-]{20,}"),
          Pattern.compile("\\beyJ[\\w-]{8,}(?:\\.[\\w-]++)*+"),
          Pattern.compile(
              "(?i)\\b((?:api[-_ ]?key|apikey|access[-_ ]?token|auth[-_ ]?token|secret|password)"
                  + "[\"']?(?: provided)?\\s*[=:]\\s*[\"']?)[^\\s\"',;}]{4,}"));

  private static final Pattern LONG = Pattern.compile("[\\w+/]{32,}+={0,2}");

  private static final Pattern TITLE = Pattern.compile("(?is)<(title|h1)\\b[^>]*>(.*?)</\\1>");
  private static final Pattern SCRIPT =
      Pattern.compile("(?is)<(script|style|head)\\b.*?</\\1>|<!--.*?-->|<[^>]*>?");
  private static final Pattern NO_TEXT = Pattern.compile("[\\s\\p{C}\\u2028\\u2029]+");

  private final List<String> own;
  private final @Nullable Pattern host;

  /**
   * @param own secrets that it is called with
   * @param host where it is; null when that is not known
   */
  public OwnWords(List<String> own, @Nullable String host) {
    this.own = List.copyOf(own);
    this.host =
        host == null
            ? null
            : Pattern.compile("(?i)(?<![\\w.-])" + Pattern.quote(host) + "(?::\\d+)?(?![\\w-])");
  }

  /** Without addresses and keys. */
  public String masked(String text) {
    String masked = withoutOwn(text);
    for (Pattern secret : SECRETS) {
      masked = replaced(secret, masked);
    }
    masked = LONG.matcher(masked).replaceAll(hit -> isWord(hit.group()) ? "$0" : HIDDEN);
    for (Pattern address : ADDRESSES) {
      masked = address.matcher(masked).replaceAll(HIDDEN);
    }
    return host == null ? masked : host.matcher(masked).replaceAll(HIDDEN);
  }

  /** Letters with digits are none, when they are many. */
  private static boolean isWord(String text) {
    return text.chars().noneMatch(Character::isDigit)
        || text.chars().noneMatch(Character::isLetter);
  }

  /** What names the secret stays. */
  private static String replaced(Pattern secret, String text) {
    Matcher found = secret.matcher(text);
    return found.groupCount() == 0
        ? found.replaceAll(HIDDEN)
        : found.replaceAll(hit ->
            Matcher.quoteReplacement(
                hit.group(1).toLowerCase(Locale.ROOT).matches("bearer|basic")
                    ? hit.group(1) + " " + HIDDEN
                    : hit.group(1) + HIDDEN));
  }

  /** In one line of at most 200 characters; empty when it says nothing. */
  public String quote(String text) {
    String beginning = text.substring(0, Math.min(text.length(), READ_MAX));
    String line = NO_TEXT.matcher(masked(beginning)).replaceAll(" ").strip();
    if (line.codePointCount(0, line.length()) <= QUOTE_MAX) {
      return line;
    }
    return line.substring(0, line.offsetByCodePoints(0, QUOTE_MAX - 1)) + "\u2026";
  }

  /** The same of an HTML page: its title, or its first heading, or its text. */
  public String quotePage(String html) {
    String beginning = html.substring(0, Math.min(html.length(), PAGE_READ_MAX));
    Matcher title = TITLE.matcher(beginning);
    String text = title.find() ? title.group(2) : beginning;
    return quote(SCRIPT.matcher(text).replaceAll(" "));
  }

  /** A body that is handed on as it came, but for the key that it repeats. */
  public Bytes withoutKey(Bytes body) {
    if (own.isEmpty()) {
      return body;
    }
    String text = body.utf8();
    return own.stream().anyMatch(text::contains) ? Bytes.utf8(withoutOwn(text)) : body;
  }

  private String withoutOwn(String text) {
    String hidden = text;
    for (String secret : own) {
      hidden = hidden.replace(secret, HIDDEN);
    }
    return hidden;
  }
}
