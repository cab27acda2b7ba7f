package io.github.dsqljava.benchmarks.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * The class path of this process with a jar in place of each directory: an archive of classes takes
 * none from directories.
 */
final class ClassPathOfJars implements AutoCloseable {
  private final Path directory;
  private final String path;

  private ClassPathOfJars(Path directory, String path) {
    this.directory = directory;
    this.path = path;
  }

  /** Writes the jars into this directory, which goes with everything in it at the end. */
  static ClassPathOfJars in(Path directory) throws IOException {
    String separator = System.getProperty("path.separator");
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(separator, -1)) {
      Path classes = Path.of(entry);
      if (Files.isDirectory(classes)) {
        Path jar = directory.resolve("classes-" + entries.size() + ".jar");
        pack(classes, jar);
        entries.add(jar.toString());
      } else if (Files.exists(classes)) {
        entries.add(entry);
      }
    }
    return new ClassPathOfJars(directory, String.join(separator, entries));
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        String name = classes.relativize(each).toString().replace('\\', '/');
        out.putNextEntry(new ZipEntry(name));
        Files.copy(each, out);
      }
    }
  }

  String path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(ClassPathOfJars::delete);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
