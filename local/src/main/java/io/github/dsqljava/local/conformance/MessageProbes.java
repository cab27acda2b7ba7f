package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.wire.Answer;
import io.github.dsqljava.local.conformance.wire.WireClient;
import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.conformance.wire.WireSession;
import io.github.dsqljava.local.protocol.Bind;
import io.github.dsqljava.local.protocol.Execute;
import io.github.dsqljava.local.protocol.Parse;
import io.github.dsqljava.local.protocol.Sync;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Probes of the answers to messages other than plain statements. */
final class MessageProbes {
  private static final int FUNCTION_OF_VERSION = 89;
  private static final int OVER_TEN_MEBIBYTES = (10 << 20) + 1;
  private static final int CANCEL_REQUEST = 80877102;
  private static final Duration BETWEEN_STATEMENTS = Duration.ofSeconds(30);
  private static final int MOST_STATEMENTS = 2 * 70;

  private MessageProbes() {}

  static Map<String, Probe> all() {
    Map<String, Probe> all = new HashMap<>();
    all.put("function-call", new Probe(false, MessageProbes::functionCall));
    all.put("bind-after-schema-change", new Probe(false, MessageProbes::bindAfterSchemaChange));
    all.put("bind-after-result-change", new Probe(false, MessageProbes::bindAfterResultChange));
    all.put("message-above-10-mib", new Probe(false, MessageProbes::largeMessage));
    all.put("cancel-request", new Probe(false, MessageProbes::cancel));
    all.put("copy-from-stdin", new Probe(false, MessageProbes::copy));
    all.put("connection-age", new Probe(false, MessageProbes::age));
    all.put("connection-age-in-transaction", new Probe(false, MessageProbes::ageInTransaction));
    return all;
  }

  /** Calls {@code version()}, which changes nothing. */
  private static String functionCall(ProbeScene scene) throws IOException {
    return scene.session(
        session -> {
          ByteBuffer body = ByteBuffer.allocate(10);
          body.putInt(FUNCTION_OF_VERSION).putShort((short) 0).putShort((short) 0);
          session.client().send('F', body.putShort((short) 0).array());
          return ProbeScene.answers(session.client());
        });
  }

  private static String bindAfterSchemaChange(ProbeScene scene) throws IOException {
    return afterChange(scene, "CREATE TABLE probe_other (id int PRIMARY KEY)");
  }

  private static String bindAfterResultChange(ProbeScene scene) throws IOException {
    return afterChange(scene, "ALTER TABLE probe_prepared ADD COLUMN b int");
  }

  /** One session prepares, another one changes the schema, the first executes twice. */
  private static String afterChange(ProbeScene scene, String change) throws IOException {
    return scene.session(
        other -> {
          other.ask("CREATE TABLE probe_prepared (id int PRIMARY KEY)");
          String answer =
              scene.session(
                  session -> {
                    WireClient client = session.client();
                    ByteBuf prepare = Unpooled.buffer();
                    new Parse("probe", "SELECT * FROM probe_prepared").encode(prepare);
                    client.send(ByteBufUtil.getBytes(Sync.encode(prepare)));
                    String prepared = ProbeScene.answers(client);
                    if (!prepared.startsWith("1")) {
                      return prepared; // nothing to go on with
                    }
                    Answer changed = other.ask(change);
                    if (changed.isError()) {
                      return AnswerText.of(changed);
                    }
                    return "first " + execute(client) + "; then " + execute(client);
                  });
          other.ask("DROP TABLE IF EXISTS probe_prepared");
          other.ask("DROP TABLE IF EXISTS probe_other");
          return answer;
        });
  }

  private static String execute(WireClient client) throws IOException {
    ByteBuf out = Unpooled.buffer();
    new Bind("", "probe").encode(out);
    new Execute("").encode(out);
    client.send(ByteBufUtil.getBytes(Sync.encode(out)));
    return ProbeScene.answers(client);
  }

  private static String largeMessage(ProbeScene scene) throws IOException {
    return scene.session(
        session -> {
          session.client().sendText('Q', "SELECT 1 --" + "x".repeat(OVER_TEN_MEBIBYTES));
          return ProbeScene.answers(session.client());
        });
  }

  /** Cancels a statement of its own. */
  private static String cancel(ProbeScene scene) throws IOException {
    return scene.encrypted(
        client -> {
          client.sendStartup(scene.connections().startup());
          WireMessage message = client.read();
          if (message.type() != 'R' || message.body()[3] != 3) {
            return "no login by a password in clear text";
          }
          client.sendText('p', scene.secret());
          byte[] key = {};
          while (message.type() != 'Z') {
            message = client.read();
            if (message.type() == 'E') {
              return ProbeScene.error(message);
            }
            key = message.type() == 'K' ? message.body() : key;
          }
          client.sendText('Q', "SELECT count(*) FROM (SELECT pg_sleep(1)) s");
          byte[] secret = key;
          if (secret.length > 0) {
            scene.encrypted(canceller -> request(canceller, secret));
          }
          return ProbeScene.answers(client);
        });
  }

  private static String request(WireClient client, byte[] key) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(8 + key.length);
    client.send(request.putInt(8 + key.length).putInt(CANCEL_REQUEST).put(key).array());
    client.readByte(); // until it is closed
    return "";
  }

  private static String copy(ProbeScene scene) throws IOException {
    return scene.session(
        session -> {
          session.ask("CREATE TABLE probe_copy (id int PRIMARY KEY)");
          WireClient client = session.client();
          client.sendText('Q', "COPY probe_copy FROM STDIN");
          WireMessage first = client.read();
          String answer;
          if (first.type() == 'G') {
            client.send('d', "1\n2\n".getBytes(StandardCharsets.US_ASCII));
            client.send('c', new byte[0]);
            answer = ProbeScene.answers(client);
          } else {
            answer = first.type() == 'E' ? "E " + ProbeScene.error(first) : "" + first.type();
            client.readUntilReady();
          }
          session.ask("DROP TABLE IF EXISTS probe_copy");
          return answer;
        });
  }

  private static String age(ProbeScene scene) throws IOException {
    return scene.session(session -> untilTheEnd(scene, session));
  }

  private static String ageInTransaction(ProbeScene scene) throws IOException {
    return scene.session(
        session -> {
          // A transaction may last 300 seconds: it begins four minutes before the connection ends.
          for (int i = 0; i < MOST_STATEMENTS && i < 2 * 56; i++) {
            scene.pause().pass(BETWEEN_STATEMENTS);
            session.ask("SELECT 1");
          }
          session.ask("BEGIN");
          return untilTheEnd(scene, session);
        });
  }

  /** Sends statements until one fails; returns that error. */
  private static String untilTheEnd(ProbeScene scene, WireSession session) throws IOException {
    for (int i = 0; i < MOST_STATEMENTS; i++) {
      scene.pause().pass(BETWEEN_STATEMENTS);
      Answer answer = session.ask("SELECT 1");
      if (answer.isError()) {
        return AnswerText.of(answer);
      }
    }
    return "still open";
  }
}
