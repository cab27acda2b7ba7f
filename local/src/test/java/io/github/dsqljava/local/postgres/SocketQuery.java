package io.github.dsqljava.local.postgres;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One query as the system role over PostgreSQL's own socket. */
final class SocketQuery {
  private static final int PROTOCOL_3 = 3 << 16;

  private SocketQuery() {}

  /** For a process of another account: the socket and the query. */
  public static void main(String[] arguments) throws IOException {
    System.out.println(run(Path.of(arguments[0]), arguments[1]));
  }

  /** First column of all rows. */
  static List<String> run(Path socket, String sql) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
      byte[] startup = text("user\0" + PostgresServer.SYSTEM_ROLE + "\0database\0postgres\0");
      ByteBuffer packet = ByteBuffer.allocate(8 + startup.length);
      channel.write(packet.putInt(8 + startup.length).putInt(PROTOCOL_3).put(startup).flip());
      readUntilReady(in);
      byte[] query = text(sql);
      ByteBuffer message = ByteBuffer.allocate(5 + query.length).put((byte) 'Q');
      channel.write(message.putInt(4 + query.length).put(query).flip());
      return readUntilReady(in);
    }
  }

  static String value(PostgresServer server, String sql) throws IOException {
    List<String> values = run(server.socket(), sql);
    if (values.size() != 1) {
      throw new AssertionError(sql + " gave " + values);
    }
    return values.get(0);
  }

  private static byte[] text(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> readUntilReady(DataInputStream in) throws IOException {
    List<String> firstColumn = new ArrayList<>();
    while (true) {
      char type = (char) in.readUnsignedByte();
      ByteBuffer body = ByteBuffer.wrap(in.readNBytes(in.readInt() - 4));
      if (type == 'Z') {
        return firstColumn;
      } else if (type == 'D') {
        body.getShort();
        byte[] value = new byte[body.getInt()];
        body.get(value);
        firstColumn.add(new String(value, StandardCharsets.UTF_8));
      } else if (type == 'E') {
        throw new IOException(new String(body.array(), StandardCharsets.UTF_8));
      }
    }
  }
}
