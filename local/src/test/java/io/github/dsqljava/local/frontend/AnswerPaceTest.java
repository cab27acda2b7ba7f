package io.github.dsqljava.local.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.limits.MemoryBudget;
import io.github.dsqljava.local.protocol.Reading;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When PostgreSQL is read while a client reads nothing. */
// A failed write shows in what is pending.
@SuppressWarnings("FutureReturnValueIgnored")
class AnswerPaceTest {
  private static final int MEBIBYTE = 1024 * 1024;

  private final MemoryBudget budget = new MemoryBudget(40L * MEBIBYTE);
  private final List<EmbeddedChannel> channels = new ArrayList<>();

  /** A session whose client takes nothing. */
  private final class Session {
    private final EmbeddedChannel client = open();
    private final EmbeddedChannel backend = open();
    private final AnswerPace pace = new AnswerPace(backend, client, budget);

    /** PostgreSQL answers, and the client is told to take it; nothing is flushed. */
    void answer(int mebibytes) {
      for (int i = 0; i < mebibytes; i++) {
        client.write(Unpooled.wrappedBuffer(new byte[MEBIBYTE]));
      }
      pace.clientTakes(client.isWritable());
      pace.written();
    }

    void isReadBy() {
      client.flush();
      client.releaseOutbound();
      pace.clientTakes(true);
    }

    boolean isRead() {
      return backend.config().isAutoRead();
    }
  }

  private EmbeddedChannel open() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channels.add(channel);
    return channel;
  }

  @AfterEach
  void close() {
    channels.forEach(Channel::close);
    channels.forEach(EmbeddedChannel::releaseOutbound);
  }

  @Test
  void withoutAnybodyWaiting_postgresqlIsReadAsFastAsTheClient() {
    var session = new Session();
    session.answer(1);
    assertThat(session.isRead()).isFalse();
    session.isReadBy();
    assertThat(session.isRead()).isTrue();
  }

  @Test
  void whileSomebodyWaits_itIsReadAhead_upToTheBound() {
    var session = new Session();
    session.answer(1);
    session.pace.read(Reading.AHEAD_OF_CLIENT);
    assertThat(session.isRead()).isTrue();
    session.answer(14);
    assertThat(session.isRead()).isTrue();
    session.answer(1);
    assertThat(session.isRead()).isFalse();
    session.pace.read(Reading.AHEAD_OF_CLIENT);
    assertThat(session.isRead()).isFalse();
    session.pace.read(Reading.PAST_CLIENT);
    assertThat(session.isRead()).as("for what the client does not get").isTrue();
    session.isReadBy();
    assertThat(session.isRead()).isTrue();
    assertThat(budget.taken()).isZero();
    session.answer(1);
    assertThat(session.isRead()).as("nobody waits any more").isFalse();
  }

  @Test
  void manyClients_shareTheMemory() {
    List<Session> sessions = List.of(new Session(), new Session(), new Session(), new Session());
    for (Session session : sessions) {
      session.answer(1);
      session.pace.read(Reading.AHEAD_OF_CLIENT);
      session.answer(11);
    }
    assertThat(sessions).extracting(Session::isRead).containsExactly(true, true, true, false);
    sessions.get(0).isReadBy();
    sessions.get(1).pace.closed();
    sessions.get(3).pace.read(Reading.AHEAD_OF_CLIENT);
    assertThat(sessions.get(3).isRead()).isTrue();
    sessions.forEach(session -> session.pace.closed());
    assertThat(budget.taken()).isZero();
  }
}
