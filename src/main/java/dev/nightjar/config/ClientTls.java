package dev.nightjar.config;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How connections to others are secured: PEM files.
 *
 * @param caCert of CAs that are trusted beside those that Java trusts; null for none
 * @param client who we say that we are; null for nobody
 */
public record ClientTls(@Nullable Path caCert, ListenerSettings.@Nullable TlsSettings client) {
  /** What Java trusts. */
  public static final ClientTls DEFAULT = new ClientTls(null, null);

  public static ClientTls trusting(@Nullable String caCert) {
    return new ClientTls(caCert == null || caCert.isBlank() ? null : Path.of(caCert), null);
  }

  /** Reads the files, once. */
  public SSLContext context() {
    try {
      if (equals(DEFAULT)) {
        return SSLContext.getDefault();
      }
      var context = SSLContext.getInstance("TLS");
      context.init(keys(), trust(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
  }

  private KeyManager @Nullable [] keys() throws GeneralSecurityException, IOException {
    if (client == null) {
      return null;
    }
    var identity = PemFiles.Identity.read(client.certificate(), client.key());
    char[] password = UUID.randomUUID().toString().toCharArray();
    KeyStore store = emptyStore();
    store.setKeyEntry(
        "client", identity.key(), password, identity.chain().toArray(X509Certificate[]::new));
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    return keys.getKeyManagers();
  }

  private TrustManager @Nullable [] trust() throws GeneralSecurityException, IOException {
    if (caCert == null) {
      return null;
    }
    var certificates = new ArrayList<>(PemFiles.certificates(caCert));
    for (TrustManager manager : managers(null).getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        certificates.addAll(List.of(x509.getAcceptedIssuers()));
      }
    }
    KeyStore store = emptyStore();
    for (int i = 0; i < certificates.size(); i++) {
      store.setCertificateEntry("ca-" + i, certificates.get(i));
    }
    return managers(store).getTrustManagers();
  }

  /** What Java trusts, for null. */
  private static TrustManagerFactory managers(@Nullable KeyStore store)
      throws GeneralSecurityException {
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
