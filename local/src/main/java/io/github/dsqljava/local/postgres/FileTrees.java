package io.github.dsqljava.local.postgres;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Copies and deletes directory trees. */
final class FileTrees {
  private FileTrees() {}

  /**
   * Copies the contents of {@code from} into the existing directory {@code to}, for an account that
   * must not have been able to write there.
   *
   * @param first a file directly in {@code from} that is copied before all others, so that it marks
   *     an unfinished copy as ours
   * @param last a file directly in {@code from} that is copied after all others, so that its
   *     presence says that the copy is whole
   */
  static void copy(Path from, Path to, String first, String last, ServerAccount account)
      throws IOException {
    Path firstFile = from.resolve(first);
    Path lastFile = from.resolve(last);
    copyOne(firstFile, to.resolve(first), account);
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            if (!directory.equals(from)) {
              place(directory);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!file.equals(firstFile) && !file.equals(lastFile)) {
              place(file);
            }
            return FileVisitResult.CONTINUE;
          }

          private void place(Path source) throws IOException {
            copyOne(source, to.resolve(from.relativize(source)), account);
          }
        });
    copyOne(lastFile, to.resolve(last), account);
  }

  private static void copyOne(Path source, Path target, ServerAccount account) throws IOException {
    account.checkIsOurs(source);
    Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    makeWritable(target);
    account.own(target);
  }

  /** Makes the copy of a read-only cache, such as an image layer, writable. */
  private static void makeWritable(Path copy) throws IOException {
    Set<PosixFilePermission> permissions =
        EnumSet.copyOf(Files.getPosixFilePermissions(copy, LinkOption.NOFOLLOW_LINKS));
    if (permissions.add(PosixFilePermission.OWNER_WRITE)) {
      Files.setPosixFilePermissions(copy, permissions);
    }
  }

  /** Deletes a tree; another process may delete parts of it meanwhile. */
  static void delete(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
              throws IOException {
            if (e != null && !(e instanceof NoSuchFileException)) {
              throw e;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
