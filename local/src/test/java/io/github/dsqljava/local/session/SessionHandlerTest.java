package io.github.dsqljava.local.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.Pipeline;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** What the pipeline makes of a session that cannot go on. */
class SessionHandlerTest {
  @Test
  void messageThatCannotBeTaken_endsTheConnection() {
    SessionRig.Cluster cluster = new SessionRig.Cluster();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new SessionHandler(
                backend ->
                    SessionRig.session(
                        cluster,
                        backend,
                        sql -> {
                          throw new IllegalStateException("a mistake of ours");
                        }),
                Integer.MAX_VALUE,
                Long.MAX_VALUE));
    channel.writeOutbound(
        Unpooled.wrappedBuffer(new Pipeline().query("SELECT 1").query("SELECT 2").bytes()));
    assertThat(channel.isOpen()).isFalse();
    assertThat(cluster.contention.active()).isZero();
  }
}
