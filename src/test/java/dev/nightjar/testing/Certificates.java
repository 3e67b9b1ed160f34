package dev.nightjar.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes self-signed certificates with the JDK's own tool. */
public final class Certificates {
  private static final String ALIAS = "server";
  private static final char[] PASSWORD = "changeit".toCharArray();

  private Certificates() {}

  /**
   * A store with one certificate and its key.
   *
   * @param algorithm of the key, such as EC
   * @param name whom it is for, such as {@code ip:127.0.0.1}
   */
  public static KeyStore make(Path directory, String algorithm, String name)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path file = directory.resolve("server-%d.p12".formatted(System.nanoTime()));
    Path log = directory.resolve("keytool.log");
    var keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=test",
                "-ext",
                "san=" + name,
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new IllegalStateException("keytool: " + Files.readString(log));
    }
    return KeyStore.getInstance(file.toFile(), PASSWORD);
  }

  /** For a server with this certificate, and for a client that trusts it. */
  public static SSLContext context(KeyStore store) throws IOException, GeneralSecurityException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust(store).getTrustManagers(), null);
    return context;
  }

  private static TrustManagerFactory trust(KeyStore keys)
      throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, keys.getCertificate(ALIAS));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    return trust;
  }

  public static String certificatePem(KeyStore store) throws GeneralSecurityException {
    return pem("CERTIFICATE", store.getCertificate(ALIAS).getEncoded());
  }

  public static String keyPem(KeyStore store) throws GeneralSecurityException {
    return pem("PRIVATE KEY", store.getKey(ALIAS, PASSWORD).getEncoded());
  }

  private static String pem(String what, byte[] der) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what);
  }
}
