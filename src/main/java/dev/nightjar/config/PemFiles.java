package dev.nightjar.config;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates and private keys, in PEM files. */
public final class PemFiles {
  private static final long FILE_BYTES_MAX = 1 << 20;

  private PemFiles() {}

  /** A certificate with its chain, and the key of the first. */
  public record Identity(List<X509Certificate> chain, PrivateKey key) {
    public Identity {
      chain = List.copyOf(chain);
    }

    public static Identity read(Path certificate, Path key) {
      List<X509Certificate> chain = certificates(certificate);
      PrivateKey privateKey = privateKey(key);
      if (!fits(privateKey, chain.getFirst().getPublicKey())) {
        throw new SettingsException(
            "TLS: the key in %s does not fit the first certificate in %s"
                .formatted(key, certificate));
      }
      return new Identity(chain, privateKey);
    }
  }

  /** What a file is read as. */
  private interface Reader<T> {
    T read(Resource text);
  }

  /** At least one. */
  public static List<X509Certificate> certificates(Path file) {
    return parse(
        file,
        "certificate",
        text(file),
        text -> Keys.builder().pem(pem -> pem.certChain(text)).build().certChain());
  }

  private static PrivateKey privateKey(Path file) {
    String text = text(file);
    for (String unreadable : List.of("BEGIN ENCRYPTED PRIVATE KEY", "BEGIN EC PRIVATE KEY")) {
      if (text.contains(unreadable)) {
        throw new SettingsException(
            "TLS: %s is '%s'; make it a plain one with `openssl pkcs8 -topk8 -nodes -in %s`"
                .formatted(file, unreadable, file));
      }
    }
    return parse(
        file,
        "private key",
        text,
        pem ->
            Keys.builder()
                .pem(config -> config.key(pem))
                .build()
                .privateKey()
                .orElseThrow(() -> new IllegalArgumentException("it has none")));
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new SettingsException("TLS: %s is too large for a PEM file".formatted(file));
      }
      // Every byte is a character: whatever it is, that it is no PEM is said below.
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new SettingsException(
          Files.exists(file)
              ? "TLS: %s cannot be read: %s".formatted(file, e.getMessage())
              : "TLS: there is no file %s".formatted(file));
    }
  }

  /** The library has many exceptions for what is wrong with a file, and all mean that. */
  private static <T> T parse(Path file, String what, String text, Reader<T> reader) {
    try {
      return reader.read(Resource.create(what, text));
    } catch (RuntimeException e) {
      throw new SettingsException(
          "TLS: %s has no %s in PEM form that can be used: %s"
              .formatted(file, what, e.getMessage()));
    }
  }

  private static boolean fits(PrivateKey privateKey, PublicKey publicKey) {
    byte[] message = "fits".getBytes(StandardCharsets.UTF_8);
    String algorithm = privateKey.getAlgorithm();
    try {
      var signature =
          Signature.getInstance("SHA256with" + (algorithm.equals("EC") ? "ECDSA" : algorithm));
      signature.initSign(privateKey);
      signature.update(message);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(message);
      return signature.verify(signed);
    } catch (InvalidKeyException e) {
      return false; // Another kind of key.
    } catch (GeneralSecurityException e) {
      throw new SettingsException(
          "TLS: a key of kind %s cannot be used: %s".formatted(algorithm, e.getMessage()));
    }
  }
}
