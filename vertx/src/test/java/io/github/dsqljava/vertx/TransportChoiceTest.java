package io.github.dsqljava.vertx;

import static io.github.dsqljava.TlsNegotiation.DIRECT;
import static io.github.dsqljava.TlsNegotiation.SSL_REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.spi.TokenSource;
import io.github.dsqljava.spi.TrustedCertificates;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TransportChoiceTest {

  private static final String ONLY_50 = "io.vertx.sqlclient.spi.ConnectionFactory";

  private static final Vertx VERTX = Vertx.vertx();

  @AfterAll
  static void closeVertx() {
    VERTX.close().toCompletionStage().toCompletableFuture().join();
  }

  /** Knows the given names and no other of Vert.x: what another version looks like from here. */
  private static ClassLoader knowing(String... names) {
    Set<String> known = Set.of(names);
    return new ClassLoader(TransportChoiceTest.class.getClassLoader()) {
      @Override
      protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (known.contains(name)) {
          byte[] bytes = emptyInterface(name);
          return defineClass(name, bytes, 0, bytes.length);
        }
        if (name.startsWith("io.vertx.")) {
          throw new ClassNotFoundException(name);
        }
        return super.loadClass(name, resolve);
      }
    };
  }

  /** A class file that says its name and nothing else (JVM specification, chapter 4). */
  private static byte[] emptyInterface(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(0xCAFEBABE);
      out.writeInt(61); // of Java 17
      out.writeShort(5); // constants, counted from 1
      out.writeByte(7); // 1: the class named by 2
      out.writeShort(2);
      out.writeByte(1);
      out.writeUTF(name.replace('.', '/'));
      out.writeByte(7); // 3: the class named by 4
      out.writeShort(4);
      out.writeByte(1);
      out.writeUTF("java/lang/Object");
      out.writeShort(0x0601); // public abstract interface
      out.writeShort(1);
      out.writeShort(3);
      for (int i = 0; i < 4; i++) {
        out.writeShort(0); // interfaces, fields, methods, attributes
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Test
  void of_vertxOfTheBuild_subclass() {
    ClassLoader real = TransportChoiceTest.class.getClassLoader();
    assertThat(TransportChoice.of(real)).isEqualTo(TransportChoice.VERTX_50);
    assertThat(TransportChoice.of(knowing(ONLY_50))).isEqualTo(TransportChoice.VERTX_50);
  }

  @Test
  void of_noMark_publicApiWithSslRequest() {
    assertThat(TransportChoice.of(knowing())).isEqualTo(TransportChoice.PUBLIC_API_SSL_REQUEST);
  }

  @Test
  void of_markThatDoesNotLink_countsAsMissing() {
    ClassLoader broken =
        new ClassLoader(null) {
          @Override
          protected Class<?> findClass(String name) {
            throw new NoClassDefFoundError(name);
          }
        };
    assertThat(TransportChoice.of(broken)).isEqualTo(TransportChoice.PUBLIC_API_SSL_REQUEST);
  }

  private static ConnectionPlan plan(String host, TlsNegotiation negotiation) {
    DsqlConfig config =
        DsqlConfig.builder().endpoint(host).region("us-east-1").tlsNegotiation(negotiation).build();
    return new ConnectionPlan(
        VERTX, config, TokenSource.of(config), TrustedCertificates.of(config));
  }

  @Test
  void open_sslRequestOnly_modeSaysWhetherThatWasWanted() {
    assertThat(
            TransportChoice.PUBLIC_API_SSL_REQUEST
                .open(plan("db.example.com", SSL_REQUEST))
                .tlsMode())
        .isEqualTo(TlsMode.SSL_REQUEST);
    assertThat(
            TransportChoice.PUBLIC_API_SSL_REQUEST.open(plan("db.example.com", DIRECT)).tlsMode())
        .isEqualTo(TlsMode.SSL_REQUEST_FALLBACK);
  }

  @Test
  void open_publicApiAndNameWithoutDot_refusedBecauseOfSni() {
    assertThatThrownBy(
            () -> TransportChoice.PUBLIC_API_SSL_REQUEST.open(plan("localhost", SSL_REQUEST)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("SNI");
  }

  /** What it cannot promise it does not offer. */
  @Test
  void pool_publicApi_refusedWithTheVersionThatIsThereAndTheOnesThatDo() {
    assertThatThrownBy(
            () ->
                TransportChoice.PUBLIC_API_SSL_REQUEST
                    .open(plan("db.example.com", SSL_REQUEST))
                    .pools()
                    .apply(PoolSettings.defaults()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("5.0.10 or a later 5.0, on the class path")
        .hasMessageContaining("found version 5.0.");
  }
}
