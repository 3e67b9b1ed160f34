package dev.nightjar.net;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Why the other side of TLS and we do not come together, for whoever set it up. */
public final class TlsFault {
  private static final Pattern NO_TLS = Pattern.compile("(?i)unrecognized SSL message");

  private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

  private static final String UNKNOWN_CA =
      "its certificate is of a CA that is not known here; --ca-cert or ca_cert names one";

  /** What comes from a port of TLS to which a plain request was sent. */
  public static final String NOT_PLAIN = "it speaks TLS on that port; its URL begins with https://";

  /** How a record of TLS begins that says what is wrong. */
  private static final String ALERT_RECORD = "\u0015\u0003";

  private TlsFault() {}

  /** Whether an answer that should have been plain contains such a record. */
  public static boolean isIn(CharSequence answer) {
    return answer.toString().contains(ALERT_RECORD);
  }

  /** Goes on after a colon. */
  public static String words(SSLException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case CertificateExpiredException _ -> {
          return "its certificate has expired";
        }
        case CertificateNotYetValidException _ -> {
          return "its certificate is not valid yet, by this machine's clock";
        }
        case CertPathBuilderException _ -> {
          return UNKNOWN_CA;
        }
        // One that is called as a CA that is known.
        case CertPathValidatorException path
            when path.getReason() == BasicReason.INVALID_SIGNATURE -> {
          return UNKNOWN_CA;
        }
        case CertificateException other when ("" + other.getMessage()).startsWith("No ") -> {
          return "its certificate is for another name";
        }
        default -> {}
      }
    }
    String message = "" + failure.getMessage();
    Matcher alert = ALERT.matcher(message);
    if (alert.find()) {
      return refused(alert.group(1));
    }
    return NO_TLS.matcher(message).find()
        ? "there is no TLS on that port; is it one for http://?"
        : message;
  }

  private static String refused(String alert) {
    return switch (alert) {
      case "certificate_required" ->
          "it wants a client certificate; client_cert and client_key name one";
      case "bad_certificate",
          "unknown_ca",
          "certificate_unknown",
          "certificate_expired",
          "certificate_revoked",
          "unsupported_certificate",
          "access_denied" ->
          "it does not take our client certificate (%s)".formatted(alert);
      case "handshake_failure", "protocol_version", "insufficient_security" ->
          "it has no version, cipher or certificate of TLS in common with us (%s)".formatted(alert);
      default -> "it ends the handshake with '%s'".formatted(alert);
    };
  }
}
