package io.github.dsqljava.vertx.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;

/**
 * A {@link SessionWire} between a test that plays the codec and one that plays the server. Every
 * buffer comes from an allocator of its own that has to be empty at the end.
 */
final class WireHarness implements AutoCloseable {
  static final byte[] SENT_BEGIN =
      PgBytes.concat(PgBytes.parse("", "BEGIN"), PgBytes.bindForText(), PgBytes.execute("", 0));
  static final byte[] BEGUN =
      PgBytes.concat(PgBytes.parsed(), PgBytes.bound(), PgBytes.complete("BEGIN"));
  static final byte[] SEEN_BEGIN = PgBytes.concat(PgBytes.complete("BEGIN"), PgBytes.ready('T'));

  /** What a known statement without rows gives, but for its ReadyForQuery. */
  static final byte[] RAN = PgBytes.concat(PgBytes.bound(), PgBytes.complete("INSERT 0 1"));

  final SessionWire wire = new SessionWire();
  final EmbeddedChannel channel = new EmbeddedChannel();
  private final UnpooledByteBufAllocator allocator =
      new UnpooledByteBufAllocator(/* preferDirect= */ false);
  private final ByteArrayOutputStream codecSaw = new ByteArrayOutputStream();
  private final ByteArrayOutputStream serverSaw = new ByteArrayOutputStream();

  WireHarness() {
    channel.config().setAllocator(allocator);
    channel.pipeline().addLast(SessionWire.NAME, wire);
  }

  /** One that is logged in. */
  static WireHarness loggedIn() {
    WireHarness harness = new WireHarness();
    harness.fromServer(PgBytes.ready('I'));
    assertThat(harness.codecSees()).isEqualTo(PgBytes.ready('I'));
    return harness;
  }

  static WireHarness guarded() {
    WireHarness harness = WireHarness.loggedIn();
    harness.wire.guardNextBegin();
    return harness;
  }

  /** One that has sent a guarded BEGIN with these commands. */
  static WireHarness begun(byte[]... commands) {
    WireHarness harness = guarded();
    harness.writeVoid(PgBytes.query("BEGIN"));
    for (byte[] command : commands) {
      harness.writeVoid(command);
    }
    harness.endTurn();
    harness.serverSees();
    return harness;
  }

  static byte[][] group() {
    return new byte[][] {
      PgBytes.run("a"),
      PgBytes.query("SELECT 1"),
      PgBytes.prepare("p", "SELECT 2"),
      PgBytes.query("UPDATE t SET a = 1")
    };
  }

  static byte[] answers() {
    return PgBytes.concat(
        PgBytes.notice(),
        BEGUN,
        PgBytes.notification(),
        PgBytes.concat(
            PgBytes.bound(),
            PgBytes.row(1),
            PgBytes.notice(),
            PgBytes.row(2),
            PgBytes.complete("SELECT 2")),
        PgBytes.parameterStatus(),
        PgBytes.concat(
            PgBytes.parsed(),
            PgBytes.notice(),
            PgBytes.bound(),
            PgBytes.columns(),
            PgBytes.row(3),
            PgBytes.complete("SELECT 1")),
        PgBytes.concat(PgBytes.parsed(), PgBytes.parameters(), PgBytes.columns()),
        PgBytes.concat(
            PgBytes.parsed(), PgBytes.bound(), PgBytes.noData(), PgBytes.complete("UPDATE 1")),
        PgBytes.notice(),
        PgBytes.ready('T'),
        PgBytes.notification());
  }

  static byte[] seen() {
    return PgBytes.concat(
        PgBytes.notice(),
        SEEN_BEGIN,
        PgBytes.notification(),
        PgBytes.concat(
            PgBytes.bound(),
            PgBytes.row(1),
            PgBytes.notice(),
            PgBytes.row(2),
            PgBytes.complete("SELECT 2"),
            PgBytes.ready('T')),
        PgBytes.parameterStatus(),
        PgBytes.concat(
            PgBytes.notice(),
            PgBytes.columns(),
            PgBytes.row(3),
            PgBytes.complete("SELECT 1"),
            PgBytes.ready('T')),
        PgBytes.concat(
            PgBytes.parsed(), PgBytes.parameters(), PgBytes.columns(), PgBytes.ready('T')),
        PgBytes.complete("UPDATE 1"),
        PgBytes.notice(),
        PgBytes.ready('T'),
        PgBytes.notification());
  }

  ByteBuf buffer(byte[] bytes) {
    return allocator.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }

  /**
   * The codec writes something, and the turn of the event loop goes on. (Through the pipeline: the
   * write method of the channel itself runs all tasks.)
   */
  ChannelFuture write(byte[]... messages) {
    return channel.pipeline().write(buffer(PgBytes.concat(messages)));
  }

  /** As the codec's encoder does it. */
  void writeVoid(byte[]... messages) {
    var unused = channel.pipeline().write(buffer(PgBytes.concat(messages)), channel.voidPromise());
  }

  /** The turn of the event loop ends. */
  void endTurn() {
    channel.runPendingTasks();
    channel.flush();
  }

  /** The server sends something in one piece. */
  void fromServer(byte[]... messages) {
    channel.writeInbound(buffer(PgBytes.concat(messages)));
  }

  /** What the codec has been given since the last call. */
  byte[] codecSees() {
    return drain(codecSaw, /* inbound= */ true);
  }

  /** What has been sent to the server since the last call. */
  byte[] serverSees() {
    return drain(serverSaw, /* inbound= */ false);
  }

  private byte[] drain(ByteArrayOutputStream bytes, boolean inbound) {
    ByteBuf next = inbound ? channel.readInbound() : channel.readOutbound();
    while (next != null) {
      bytes.writeBytes(ByteBufUtil.getBytes(next));
      next.release();
      next = inbound ? channel.readInbound() : channel.readOutbound();
    }
    byte[] all = bytes.toByteArray();
    bytes.reset();
    return all;
  }

  /** Closes the channel, and checks that no buffer is left. */
  @Override
  public void close() {
    channel.finishAndReleaseAll();
    assertThat(allocator.metric().usedHeapMemory()).as("bytes left in buffers").isZero();
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }
}
