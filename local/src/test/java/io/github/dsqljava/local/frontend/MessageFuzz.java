package io.github.dsqljava.local.frontend;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Messages that no decent client sends, most of them nearly right.
 *
 * <p>{@code -Ddsql.fuzz.rounds} makes every fuzz test of the wire longer, {@code -Ddsql.fuzz.seed}
 * repeats or varies it; a failure prints both.
 */
public final class MessageFuzz {
  public static final long SEED = Long.getLong("dsql.fuzz.seed", 20261123);

  private static final List<String> SQL =
      List.of(
          "SELECT 1",
          "BEGIN",
          "COMMIT",
          "ROLLBACK",
          "SELECT * FROM generate_series(1, 3)",
          "INSERT INTO fuzz VALUES (1, 'x') ON CONFLICT DO NOTHING",
          "UPDATE fuzz SET note = 'y' WHERE id = 1 RETURNING id",
          "SELECT id FROM fuzz FOR UPDATE",
          "COPY fuzz FROM STDIN",
          "COPY fuzz TO STDOUT",
          "SELECT $1::int",
          "BEGIN; SELECT 1; COMMIT; SELECT 2",
          "TRUNCATE fuzz",
          "SET search_path = public",
          "");

  private static final String TYPES = "QPBDECSHFdcfXp!\0";

  private final Random random;

  public MessageFuzz(Random random) {
    this.random = random;
  }

  /** How many rounds there are, unless the property says otherwise. */
  public static int rounds(int standard) {
    return Integer.getInteger("dsql.fuzz.rounds", standard);
  }

  /** Messages whose length is right, whatever is in them. */
  public byte[] framed(int count) {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(message());
    }
    return concat(all);
  }

  /** Bytes of which some are messages. */
  public byte[] bytes(int count) {
    byte[] bytes = framed(count);
    for (int n = random.nextInt(4); n > 0 && bytes.length > 0; n--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  private byte[] message() {
    int choice = random.nextInt(20);
    char type =
        choice < 18
            ? TYPES.charAt(random.nextInt(TYPES.length() - 4))
            : TYPES.charAt(random.nextInt(TYPES.length()));
    byte[] body = body(type);
    if (random.nextInt(4) == 0) {
      body = damaged(body);
    }
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) type)
        .putInt(4 + body.length)
        .put(body)
        .array();
  }

  private byte[] body(char type) {
    return switch (type) {
      case 'Q' -> string(sql());
      case 'P' -> concat(List.of(string(name()), string(sql()), parameterTypes()));
      case 'B' -> concat(List.of(string(name()), string(name()), parameters()));
      case 'D', 'C' ->
          concat(List.of(new byte[] {(byte) (random.nextBoolean() ? 'S' : 'P')}, string(name())));
      case 'E' -> concat(List.of(string(name()), new byte[] {0, 0, 0, (byte) random.nextInt(3)}));
      case 'F' -> ByteBuffer.allocate(14).putInt(1 + random.nextInt(3000)).array();
      case 'd' -> "7\tx\n".getBytes(StandardCharsets.UTF_8);
      case 'f' -> string("enough");
      default -> new byte[0];
    };
  }

  private byte[] parameterTypes() {
    return random.nextBoolean() ? new byte[2] : new byte[] {0, 1, 0, 0, 0, 23};
  }

  private byte[] parameters() {
    return random.nextBoolean() ? new byte[6] : new byte[] {0, 0, 0, 1, 0, 0, 0, 1, '7', 0, 0};
  }

  private byte[] damaged(byte[] body) {
    byte[] damaged = body.clone();
    switch (random.nextInt(3)) {
      case 0 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length + 1));
      case 1 -> damaged = Arrays.copyOf(damaged, damaged.length + random.nextInt(20));
      default -> {
        if (damaged.length > 0) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return damaged;
  }

  private String sql() {
    return SQL.get(random.nextInt(SQL.size()));
  }

  private String name() {
    return random.nextInt(3) == 0 ? "s" : "";
  }

  private static byte[] string(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] concat(List<byte[]> parts) {
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
    parts.forEach(all::put);
    return all.array();
  }
}
