package dev.nightjar.http.connection;

import dev.nightjar.config.ListenerSettings.TlsSettings;
import dev.nightjar.config.PemFiles.Identity;
import dev.nightjar.config.SettingsException;
import dev.nightjar.process.Loop;
import io.helidon.common.tls.Tls;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a server shows, with its chain, and its key: PEM files. They are looked at
 * again and again, so that a renewed certificate is shown without a restart.
 */
public final class TlsFiles {
  private static final System.Logger LOG = System.getLogger(TlsFiles.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private final TlsSettings files;
  private final Tls tls;

  // Of one thread.
  private Identity shown;
  private @Nullable String problem;
  private boolean isSaid;

  private TlsFiles(TlsSettings files) {
    this.files = files;
    this.shown = read();
    this.tls = tls(shown);
  }

  public static TlsFiles of(TlsSettings files) {
    return new TlsFiles(files);
  }

  public Tls tls() {
    return tls;
  }

  /** Looks at the files until it is closed. */
  public Loop renewal() {
    return Loop.every(PERIOD, "certificate-renewal", this::look);
  }

  /** What cannot be used is left, and said if it is still so when they are looked at again. */
  void look() {
    try {
      Identity now = read();
      problem = null;
      if (!now.equals(shown)) {
        tls.reload(tls(now));
        shown = now;
        LOG.log(
            Level.INFO,
            "the certificate in {0} is new, and is shown from now on",
            files.certificate());
      }
    } catch (SettingsException e) {
      boolean isSame = ("" + e.getMessage()).equals(problem);
      if (isSame && !isSaid) {
        LOG.log(Level.WARNING, e.getMessage() + "; the certificate that was there before is shown");
      }
      isSaid = isSame;
      problem = e.getMessage();
    }
  }

  private Identity read() {
    return Identity.read(files.certificate(), files.key());
  }

  private static Tls tls(Identity identity) {
    return Tls.builder().privateKey(identity.key()).privateKeyCertChain(identity.chain()).build();
  }
}
