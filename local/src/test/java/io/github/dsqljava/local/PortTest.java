package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void start_portTakenOnOneLoopbackAddress_isRefused(String address) throws Exception {
    assumeTrue(canListen(address), "this machine has no " + address);
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      int port = other.getLocalPort();
      assertThatThrownBy(() -> DsqlLocal.builder().port(port).start().close())
          .isInstanceOf(DsqlLocalException.class)
          .hasMessageContaining("cannot listen on port " + port);
    }
  }

  @Test
  void start_freePort_isReachableOnEveryLoopbackAddress() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      for (String address : new String[] {"127.0.0.1", "::1"}) {
        if (canListen(address)) {
          try (Socket socket = new Socket(InetAddress.getByName(address), cluster.port())) {
            assertThat(socket.isConnected()).isTrue();
          }
        }
      }
    }
  }

  private static boolean canListen(String address) {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
