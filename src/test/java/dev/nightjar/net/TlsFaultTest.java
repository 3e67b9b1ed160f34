package dev.nightjar.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("H3")
class TlsFaultTest {
  private static String words(Exception cause) {
    var wrapped = new CertificateException("PKIX path validation failed", cause);
    return TlsFault.words(new SSLException("(certificate_unknown) " + cause, wrapped));
  }

  @Test
  void eachThingThatIsWrongWithACertificateHasItsWords() {
    assertThat(words(new CertPathValidatorException("x", new CertificateExpiredException())))
        .isEqualTo("its certificate has expired");
    assertThat(words(new CertPathValidatorException("x", new CertificateNotYetValidException())))
        .isEqualTo("its certificate is not valid yet, by this machine's clock");
    assertThat(words(new CertPathBuilderException("unable to find valid certification path")))
        .isEqualTo(
            "its certificate is of a CA that is not known here; --ca-cert or ca_cert names one");
    assertThat(words(new CertificateException("No name matching gpu-1 found")))
        .isEqualTo("its certificate is for another name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Received fatal alert: certificate_required | it wants a client certificate; client_cert
          (bad_certificate) Received fatal alert: bad_certificate | it does not take our client
          Received fatal alert: handshake_failure | it has no version, cipher or certificate of TLS
          Received fatal alert: internal_error | it ends the handshake with 'internal_error'
          Unsupported or unrecognized SSL message | there is no TLS on that port; is it one for
          Unrecognized SSL message, plaintext connection? | there is no TLS on that port; is it one
          Connection reset | Connection reset
          """)
  void whatTheOtherSideSaysHasItsWords(String message, String words) {
    assertThat(TlsFault.words(new SSLException(message))).startsWith(words);
  }
}
