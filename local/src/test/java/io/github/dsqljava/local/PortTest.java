package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
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

  @Test
  void start_addressesOfTheNetwork_areNotListenedOn() throws Exception {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      for (NetworkInterface device :
          NetworkInterface.networkInterfaces().filter(PortTest::isUp).toList()) {
        for (InetAddress address : device.inetAddresses().toList()) {
          if (!address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
            assertThatThrownBy(() -> new Socket(address, cluster.port()).close())
                .as(address.toString())
                .isInstanceOf(IOException.class);
          }
        }
      }
      // All of 127.0.0.0/8 is this machine on Linux, but only 127.0.0.1 is ours.
      if (canListen("127.0.0.2")) {
        assertThatThrownBy(
                () -> new Socket(InetAddress.getByName("127.0.0.2"), cluster.port()).close())
            .isInstanceOf(IOException.class);
      }
    }
  }

  private static boolean isUp(NetworkInterface device) {
    try {
      return device.isUp();
    } catch (SocketException e) {
      return false;
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
