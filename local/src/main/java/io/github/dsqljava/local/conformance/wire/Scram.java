package io.github.dsqljava.local.conformance.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM-SHA-256 without channel binding, RFC 7677, for a PostgreSQL used for comparison. It checks
 * the server's proof.
 */
final class Scram {
  private static final String MECHANISM = "SCRAM-SHA-256";
  private static final String NO_BINDING = "n,,";
  private static final int KEY_BITS = 256;
  private static final int NONCE_BYTES = 18;
  private static final int MAX_ITERATIONS = 1_000_000;

  private final String password;

  Scram(String password) {
    this.password = password;
  }

  void run(WireClient client) throws IOException {
    byte[] random = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(random);
    String nonce = Base64.getEncoder().encodeToString(random);
    String first = "n=,r=" + nonce; // PostgreSQL takes the user of the startup message
    byte[] initial = (NO_BINDING + first).getBytes(UTF_8);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes((MECHANISM + "\0").getBytes(UTF_8));
    body.writeBytes(ByteBuffer.allocate(4).putInt(initial.length).array());
    body.writeBytes(initial);
    client.send('p', body.toByteArray());
    String challenge = challenge(client.read());
    Map<String, String> values = values(challenge);
    if (!values.getOrDefault("r", "").startsWith(nonce)) {
      throw new IOException("the server has answered with another nonce");
    }
    String ending =
        "c="
            + Base64.getEncoder().encodeToString(NO_BINDING.getBytes(UTF_8))
            + ",r="
            + values.get("r");
    byte[] text = (first + "," + challenge + "," + ending).getBytes(UTF_8);
    try {
      byte[] salted = salted(values);
      byte[] key = hmac(salted, "Client Key".getBytes(UTF_8));
      byte[] stored = MessageDigest.getInstance("SHA-256").digest(key);
      byte[] proof = hmac(stored, text);
      for (int i = 0; i < proof.length; i++) {
        proof[i] ^= key[i];
      }
      String last = ending + ",p=" + Base64.getEncoder().encodeToString(proof);
      client.send('p', last.getBytes(UTF_8));
      byte[] expected = hmac(hmac(salted, "Server Key".getBytes(UTF_8)), text);
      String verdict = challenge(client.read());
      String claimed = values(verdict).getOrDefault("v", "");
      if (!MessageDigest.isEqual(expected, Base64.getDecoder().decode(claimed))) {
        throw new IOException("the server does not know the password");
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("SCRAM failed", e);
    }
  }

  private byte[] salted(Map<String, String> values) throws GeneralSecurityException, IOException {
    int iterations = Integer.parseInt(values.getOrDefault("i", "0"));
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw new IOException("the server asks for " + iterations + " rounds of SCRAM");
    }
    byte[] salt = Base64.getDecoder().decode(values.getOrDefault("s", ""));
    return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
        .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BITS))
        .getEncoded();
  }

  private static String challenge(WireMessage message) throws IOException {
    if (message.type() == 'E') {
      throw new LoginRefusedException(message);
    }
    return new String(Arrays.copyOfRange(message.body(), 4, message.body().length), UTF_8);
  }

  private static Map<String, String> values(String text) {
    Map<String, String> values = new HashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        values.put(part.substring(0, equals), part.substring(equals + 1));
      }
    }
    return values;
  }

  private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text);
  }
}
