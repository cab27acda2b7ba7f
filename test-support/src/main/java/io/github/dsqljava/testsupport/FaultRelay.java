package io.github.dsqljava.testsupport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server and harms connections at chosen points.
 *
 * <p>What passes is encrypted, so a point is a chunk: what one read brings, of at most 64 KiB. It
 * is named by its direction and by the client's flight, where a flight is all that the client sends
 * until something from the server has arrived; the server's chunks belong to the flight that they
 * answer. Between two awaited steps of a client the next chunk to the server is the request of the
 * second step, and the next chunk to the client its answer: a fault there strikes after the server
 * has received, and done, what was asked.
 *
 * <p>Holds at most one chunk for each direction of a connection. Thread-safe; a fault is armed when
 * the method returns.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
public final class FaultRelay implements AutoCloseable {
  /** For {@link #armAt}: the first connection that reaches the flight. */
  public static final int ANY_CONNECTION = 0;

  private static final int CHUNK = 64 * 1024;

  public enum Direction {
    CLIENT_TO_SERVER,
    SERVER_TO_CLIENT
  }

  /** The failure of a connection, in place of passing a chunk. */
  public sealed interface Fault {
    /** Both ends see the end of the stream. What they still send is read and dropped. */
    record Cut() implements Fault {}

    /** Both ends see a reset. */
    record Reset() implements Fault {}

    /** Nothing passes in the chunk's direction, the chunk first of all, until {@link #resume}. */
    record Stall() implements Fault {}

    /**
     * The begin of the chunk passes, then the connection is cut.
     *
     * @param bytes the length of the part, at most
     */
    record HalfWrite(int bytes) implements Fault {
      public HalfWrite {
        if (bytes < 0) {
          throw new IllegalArgumentException("bytes is " + bytes + ", negative");
        }
      }
    }
  }

  /**
   * A fault that has struck.
   *
   * @param connection number of the connection, from 1, in the order they were accepted
   * @param flight number of the client's flight in it, from 1
   * @param bytes size of the chunk
   */
  public record Strike(Fault fault, Direction direction, int connection, int flight, int bytes) {}

  /**
   * @param flight 0 for the next chunk, whatever it belongs to
   */
  private record Armed(
      Fault fault,
      Direction direction,
      int connection,
      int flight,
      CompletableFuture<Strike> struck) {
    boolean concerns(Direction chunkDirection, int chunkConnection, int chunkFlight) {
      return direction == chunkDirection
          && (connection == ANY_CONNECTION || connection == chunkConnection)
          && (flight == 0 || flight == chunkFlight);
    }
  }

  private record Chaos(double probability, List<Fault> faults, Random random) {}

  private final int serverPort;
  private final EventLoopGroup eventLoop =
      new MultiThreadIoEventLoopGroup(
          1,
          new DefaultThreadFactory("fault-relay", /* daemon= */ true),
          NioIoHandler.newFactory());
  private final ChannelGroup channels =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, /* stayClosed= */ true);
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger strikes = new AtomicInteger();

  private final Object lock = new Object();
  private final List<Armed> armed = new ArrayList<>();
  private @Nullable Chaos chaos;

  private @Nullable Channel listener;
  private int port;

  private FaultRelay(int serverPort) {
    this.serverPort = serverPort;
  }

  /** Listens on a free port of 127.0.0.1 and connects to the server there for each client. */
  public static FaultRelay start(int serverPort) {
    FaultRelay relay = new FaultRelay(serverPort);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(relay.eventLoop)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, oneChunk())
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel client) {
                    relay.accept(client);
                  }
                })
            .bind("127.0.0.1", 0)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      relay.close();
      throw new IllegalStateException("the relay cannot listen", bound.cause());
    }
    relay.listener = bound.channel();
    relay.port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    return relay;
  }

  private static FixedRecvByteBufAllocator oneChunk() {
    FixedRecvByteBufAllocator allocator = new FixedRecvByteBufAllocator(CHUNK);
    allocator.maxMessagesPerRead(1);
    return allocator;
  }

  public int port() {
    return port;
  }

  /** The number of connections accepted; the next one has this number plus one. */
  public int connections() {
    return connections.get();
  }

  /** The number of open ends, two for each connection. */
  public int openEnds() {
    return channels.size();
  }

  /** The number of faults that have struck, including random ones. */
  public int strikes() {
    return strikes.get();
  }

  /**
   * Arms a fault for the next chunk in a direction, on any connection.
   *
   * @return completes when it has struck; fails if the relay is closed first
   */
  public CompletableFuture<Strike> armNext(Fault fault, Direction direction) {
    return arm(fault, direction, ANY_CONNECTION, /* flight= */ 0);
  }

  /**
   * Arms a fault for the first chunk of a flight that is still to come.
   *
   * @param connection number of the connection, from 1, or {@link #ANY_CONNECTION}
   * @param flight number of the flight in its connection, from 1
   * @return completes when it has struck; fails if the relay is closed first
   */
  public CompletableFuture<Strike> armAt(
      Fault fault, Direction direction, int connection, int flight) {
    if (flight < 1 || connection < 0) {
      throw new IllegalArgumentException(
          "connection is " + connection + " and flight is " + flight);
    }
    return arm(fault, direction, connection, flight);
  }

  private CompletableFuture<Strike> arm(
      Fault fault, Direction direction, int connection, int flight) {
    CompletableFuture<Strike> struck = new CompletableFuture<>();
    synchronized (lock) {
      armed.add(new Armed(fault, direction, connection, flight, struck));
    }
    return struck;
  }

  /**
   * Begins to strike connections at random, besides the armed faults.
   *
   * @param probability for each chunk, in both directions
   * @param faults one of which is taken each time
   * @param seed repeats the decisions, as far as the chunks come in the same order
   */
  public void startRandom(double probability, List<Fault> faults, long seed) {
    synchronized (lock) {
      chaos = new Chaos(probability, List.copyOf(faults), new Random(seed));
    }
  }

  public void stopRandom() {
    synchronized (lock) {
      chaos = null;
    }
  }

  /** Drops the armed faults that have not struck. */
  public void disarm() {
    List<Armed> forgotten;
    synchronized (lock) {
      forgotten = List.copyOf(armed);
      armed.clear();
    }
    forgotten.forEach(entry -> entry.struck().cancel(/* mayInterruptIfRunning= */ false));
  }

  /** Lets all stalled connections continue, beginning with the bytes that they hold back. */
  public void resume() {
    for (Channel channel : channels) {
      channel
          .eventLoop()
          .execute(
              () -> {
                End end = channel.pipeline().get(End.class);
                if (end != null) {
                  end.resume();
                }
              });
    }
  }

  /** The fault for a chunk, or null. */
  private @Nullable Fault choose(Pair pair, Direction direction, int bytes) {
    Armed chosen = null;
    Fault random = null;
    synchronized (lock) {
      for (Iterator<Armed> entries = armed.iterator(); chosen == null && entries.hasNext(); ) {
        Armed entry = entries.next();
        if (entry.concerns(direction, pair.number, pair.flight)) {
          chosen = entry;
          entries.remove();
        }
      }
      if (chosen == null && chaos != null && chaos.random().nextDouble() < chaos.probability()) {
        random = chaos.faults().get(chaos.random().nextInt(chaos.faults().size()));
      }
    }
    if (chosen != null) {
      strikes.incrementAndGet();
      Armed entry = chosen;
      Strike strike = new Strike(entry.fault(), direction, pair.number, pair.flight, bytes);
      // Behind the fault itself, which takes place in this turn of the event loop.
      pair.client.eventLoop().execute(() -> entry.struck().complete(strike));
      return entry.fault();
    }
    if (random != null) {
      strikes.incrementAndGet();
    }
    return random;
  }

  private void accept(SocketChannel client) {
    Pair pair = new Pair(connections.incrementAndGet(), client);
    channels.add(client);
    End clientEnd = new End(pair, Direction.CLIENT_TO_SERVER, client);
    client.pipeline().addLast(clientEnd);
    new Bootstrap()
        .group(client.eventLoop())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.RECVBUF_ALLOCATOR, oneChunk())
        .handler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel server) {
                channels.add(server);
                End serverEnd = new End(pair, Direction.SERVER_TO_CLIENT, server);
                server.pipeline().addLast(serverEnd);
                clientEnd.other = serverEnd;
                serverEnd.other = clientEnd;
              }
            })
        .connect("127.0.0.1", serverPort)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (!connected.isSuccess() || !client.isActive()) {
                    client.close();
                    connected.channel().close();
                  } else {
                    client.read();
                    connected.channel().read();
                  }
                });
  }

  /** Closes the port and both ends of every connection, and waits until that is done. */
  @Override
  public void close() {
    disarm();
    stopRandom();
    if (eventLoop.isShuttingDown()) {
      return;
    }
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    // On the event loop: behind a connection that is just being accepted.
    eventLoop.submit(() -> channels.close()).awaitUninterruptibly();
    channels.newCloseFuture().awaitUninterruptibly();
    eventLoop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** A connection; used on the event loop only. */
  private static final class Pair {
    private final int number;
    private final Channel client;
    private int flight;
    private boolean answered = true;
    private boolean cut;

    Pair(int number, Channel client) {
      this.number = number;
      this.client = client;
    }

    void count(Direction direction) {
      if (direction == Direction.SERVER_TO_CLIENT) {
        answered = true;
      } else if (answered) {
        answered = false;
        flight++;
      }
    }
  }

  /** One end of a connection: what it receives goes to the other one, read by read. */
  private final class End extends ChannelInboundHandlerAdapter {
    private final Pair pair;
    private final Direction direction;
    private final SocketChannel channel;
    private @Nullable End other;
    private @Nullable ByteBuf stalled;
    private boolean finished;

    End(Pair pair, Direction direction, SocketChannel channel) {
      this.pair = pair;
      this.direction = direction;
      this.channel = channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf chunk = (ByteBuf) message;
      if (pair.cut) {
        chunk.release();
        channel.read();
        return;
      }
      pair.count(direction);
      Fault fault = choose(pair, direction, chunk.readableBytes());
      if (fault == null) {
        pass(chunk);
      } else if (fault instanceof Fault.Stall) {
        stalled = chunk;
      } else if (fault instanceof Fault.HalfWrite half) {
        halfWrite(chunk, half.bytes());
      } else {
        chunk.release();
        if (fault instanceof Fault.Reset) {
          reset();
        } else {
          cut();
        }
      }
    }

    private void pass(ByteBuf chunk) {
      to().writeAndFlush(chunk)
          .addListener(
              written -> {
                if (written.isSuccess()) {
                  channel.read();
                }
              });
    }

    private SocketChannel to() {
      if (other == null) {
        throw new IllegalStateException("nothing is read before both ends are there");
      }
      return other.channel;
    }

    void resume() {
      ByteBuf chunk = stalled;
      stalled = null;
      if (chunk != null) {
        pass(chunk);
      }
    }

    private void halfWrite(ByteBuf chunk, int bytes) {
      ByteBuf begin = chunk.readRetainedSlice(Math.min(bytes, chunk.readableBytes()));
      chunk.release();
      to().writeAndFlush(begin).addListener(written -> cut());
    }

    private void cut() {
      pair.cut = true;
      for (End end : ends()) {
        end.channel.shutdownOutput();
        if (end.finished) {
          end.channel.close();
        } else {
          // A close with bytes unread would be a reset.
          end.channel.config().setAutoRead(true);
        }
      }
    }

    private List<End> ends() {
      return other == null ? List.of(this) : List.of(this, other);
    }

    private void reset() {
      for (End end : ends()) {
        if (end.channel.isOpen()) {
          end.channel.config().setSoLinger(0);
          end.channel.close();
        }
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        finished = true;
        if (pair.cut) {
          channel.close();
        } else if (other != null && other.finished) {
          channel.close();
          other.channel.close();
        } else {
          to().shutdownOutput();
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (other != null && !pair.cut) {
        other.channel.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      reset(); // as it came, so it goes on
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
      if (stalled != null) {
        stalled.release();
        stalled = null;
      }
    }
  }
}
