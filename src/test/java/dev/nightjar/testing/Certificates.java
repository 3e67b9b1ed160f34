package dev.nightjar.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes self-signed certificates. Written out in DER, since the JDK's own tool takes a second. */
public final class Certificates {
  private static final String ALIAS = "server";
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static final int SEQUENCE = 0x30;
  private static final String SERIAL = "020101";
  private static final String VERSION_3 = "a003020102";
  private static final String COMMON_NAME_TEST = "300f310d300b06035504030c0474657374";
  private static final String SUBJECT_ALTERNATIVE_NAME = "0603551d11";
  private static final String ECDSA_WITH_SHA256 = "300a06082a8648ce3d040302";
  private static final String SHA256_WITH_RSA = "300d06092a864886f70d01010b0500";

  private Certificates() {}

  /**
   * A store with one certificate and its key.
   *
   * @param algorithm of the key: EC or RSA
   * @param names whom it is for, such as {@code dns:localhost,ip:127.0.0.1}
   */
  public static KeyStore make(String algorithm, String names)
      throws IOException, GeneralSecurityException {
    return make(algorithm, names, Instant.now().minusSeconds(3_600));
  }

  /** One that is good for a day from then on. */
  public static KeyStore make(String algorithm, String names, Instant from)
      throws IOException, GeneralSecurityException {
    boolean isRsa = algorithm.equals("RSA");
    var generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(isRsa ? 2_048 : 256);
    KeyPair keys = generator.generateKeyPair();
    byte[] signing = HexFormat.of().parseHex(isRsa ? SHA256_WITH_RSA : ECDSA_WITH_SHA256);
    byte[] content = content(signing, keys.getPublic().getEncoded(), names, from);
    Signature signature = Signature.getInstance(isRsa ? "SHA256withRSA" : "SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(content);
    byte[] bits = joined(new byte[1], signature.sign());
    byte[] der = der(SEQUENCE, content, signing, der(0x03, bits));
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    Certificate certificate =
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    store.setKeyEntry(ALIAS, keys.getPrivate(), PASSWORD, new Certificate[] {certificate});
    return store;
  }

  /** What is signed: TBSCertificate in RFC 5280. */
  private static byte[] content(byte[] signing, byte[] publicKey, String names, Instant from)
      throws IOException {
    HexFormat hex = HexFormat.of();
    byte[] validity = der(SEQUENCE, time(from), time(from.plusSeconds(86_400)));
    byte[] name = hex.parseHex(COMMON_NAME_TEST);
    byte[] alternatives =
        der(SEQUENCE, hex.parseHex(SUBJECT_ALTERNATIVE_NAME), der(0x04, alternatives(names)));
    return der(
        SEQUENCE,
        hex.parseHex(VERSION_3),
        hex.parseHex(SERIAL),
        signing,
        name,
        validity,
        name,
        publicKey,
        der(0xa3, der(SEQUENCE, alternatives)));
  }

  private static byte[] alternatives(String names) throws IOException {
    var all = new ByteArrayOutputStream();
    for (String name : names.split(",", -1)) {
      String value = name.substring(name.indexOf(':') + 1);
      boolean isHost = name.startsWith("dns:");
      all.write(
          isHost
              ? der(0x82, value.getBytes(US_ASCII))
              : der(0x87, InetAddress.ofLiteral(value).getAddress()));
    }
    return der(SEQUENCE, all.toByteArray());
  }

  private static byte[] time(Instant at) {
    String text =
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").format(at.atOffset(ZoneOffset.UTC));
    return der(0x18, text.getBytes(US_ASCII));
  }

  private static byte[] der(int tag, byte[]... parts) {
    byte[] content = joined(parts);
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : length < 0x100
                ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return joined(head, content);
  }

  private static byte[] joined(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** For a server with this certificate, and for a client that trusts it. */
  public static SSLContext context(KeyStore store) throws IOException, GeneralSecurityException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust(store).getTrustManagers(), null);
    return context;
  }

  /** For a client that trusts it, and has none of its own. */
  public static SSLContext trusting(KeyStore store) throws IOException, GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust(store).getTrustManagers(), null);
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
