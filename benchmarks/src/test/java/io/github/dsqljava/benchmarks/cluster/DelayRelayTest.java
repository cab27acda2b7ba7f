package io.github.dsqljava.benchmarks.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelayRelayTest {
  private ServerSocket echo;

  @BeforeEach
  void startEcho() throws IOException {
    echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread server =
        new Thread(
            () -> {
              try (Socket client = echo.accept()) {
                client.setTcpNoDelay(true);
                client.getInputStream().transferTo(client.getOutputStream());
              } catch (IOException e) {
                // The test has ended.
              }
            });
    server.setDaemon(true);
    server.start();
  }

  @AfterEach
  void stopEcho() throws IOException {
    echo.close();
  }

  @Test
  void roundTrip_delayed_takesThatLongAndOnceMoreForConnecting() throws Exception {
    Duration roundTrip = Duration.ofMillis(40);
    try (DelayRelay relay = DelayRelay.start(echo.getLocalPort(), roundTrip);
        Socket client = connect(relay)) {
      assertThat(echoTime(client)).isGreaterThan(Duration.ofMillis(79));
      assertThat(echoTime(client)).isGreaterThan(Duration.ofMillis(39));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void bytes_moreThanBuffersHold_arriveInOrder(int millis) throws Exception {
    byte[] sent = new byte[3_000_000];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = (byte) ((i * 31) >> 3);
    }
    try (DelayRelay relay = DelayRelay.start(echo.getLocalPort(), Duration.ofMillis(millis));
        Socket client = connect(relay)) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  client.getOutputStream().write(sent);
                } catch (IOException e) {
                  // The assertion tells.
                }
              });
      sender.start();
      assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
      sender.join();
    }
  }

  @Test
  void end_ofTheServer_reachesTheClient() throws Exception {
    try (DelayRelay relay = DelayRelay.start(echo.getLocalPort(), Duration.ofMillis(1));
        Socket client = connect(relay)) {
      var unused = echoTime(client);
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static Socket connect(DelayRelay relay) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), relay.port());
    client.setTcpNoDelay(true);
    client.setSoTimeout(30_000);
    return client;
  }

  private static Duration echoTime(Socket client) throws IOException {
    long begin = System.nanoTime();
    new DataOutputStream(client.getOutputStream()).writeLong(begin);
    assertThat(new DataInputStream(client.getInputStream()).readLong()).isEqualTo(begin);
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
