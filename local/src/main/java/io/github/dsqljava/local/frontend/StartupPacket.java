package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.protocol.ProtocolViolationException;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The StartupMessage of protocol 3.
 *
 * @param minorVersion minor version of the protocol the client asks for
 * @param parameters everything it sets, {@code user} and {@code database} included
 */
record StartupPacket(int minorVersion, Map<String, String> parameters) {
  /** PostgreSQL's own limit for this packet, MAX_STARTUP_PACKET_LENGTH. */
  static final int MAX_LENGTH = 10_000;

  static final int CANCEL_REQUEST = 80877102;
  static final int SSL_REQUEST = 80877103;
  static final int GSS_ENCRYPTION_REQUEST = 80877104;
  private static final int MAJOR_VERSION = 3;

  StartupPacket {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  static boolean isSupported(int version) {
    return version >>> 16 == MAJOR_VERSION;
  }

  /** Reads what follows the version number; the buffer ends where the packet does. */
  static StartupPacket decode(int version, ByteBuf body) {
    Map<String, String> parameters = new LinkedHashMap<>();
    while (true) {
      String name = readString(body);
      if (name.isEmpty()) {
        break;
      }
      parameters.put(name, readString(body));
    }
    if (body.isReadable()) {
      throw new ProtocolViolationException(
          "invalid startup packet layout: expected terminator as last byte");
    }
    return new StartupPacket(version & 0xffff, parameters);
  }

  private static String readString(ByteBuf body) {
    int length = body.bytesBefore((byte) 0);
    if (length < 0) {
      throw new ProtocolViolationException("invalid startup packet: string without end");
    }
    String text = body.readCharSequence(length, StandardCharsets.UTF_8).toString();
    body.skipBytes(1);
    return text;
  }

  String user() {
    return parameters.getOrDefault("user", "");
  }

  /** As in PostgreSQL, the database is named like the user unless the client says otherwise. */
  String database() {
    String database = parameters.getOrDefault("database", "");
    return database.isEmpty() ? user() : database;
  }

  /** Protocol extensions the client asks for; this server has none. */
  List<String> protocolExtensions() {
    return parameters.keySet().stream().filter(name -> name.startsWith("_pq_.")).toList();
  }
}
