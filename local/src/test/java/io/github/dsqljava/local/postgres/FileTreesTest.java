package io.github.dsqljava.local.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class FileTreesTest {
  @TempDir Path temporary;

  @Test
  void copy_tree_keepsContentPermissionsAndOwner() throws Exception {
    Path from = tree();
    Path secret = from.resolve("inner/secret");
    Files.writeString(secret, "s");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path readOnly = from.resolve("inner/deep/file");
    Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("r--r-----"));
    Path to = Files.createDirectory(temporary.resolve("to"));
    ServerAccount account = ServerAccount.detect();
    account.own(to);
    FileTrees.copy(from, to, "first", "last", account);
    assertThat(to.resolve("first")).hasContent("1");
    assertThat(to.resolve("inner/deep/file")).hasContent("deep");
    assertThat(to.resolve("inner/empty")).isEmptyDirectory();
    assertThat(to.resolve("last")).hasContent("9");
    Path copied = to.resolve("inner/secret");
    assertThat(Files.getPosixFilePermissions(copied))
        .isEqualTo(Files.getPosixFilePermissions(secret));
    // The server writes into its copy.
    assertThat(Files.getPosixFilePermissions(to.resolve("inner/deep/file")))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
    assertThat(Files.getOwner(copied)).isEqualTo(Files.getOwner(to));
  }

  @Test
  void copy_thatFailsInTheMiddle_hasTheFirstFileAndNotTheLast() throws Exception {
    Path from = tree();
    Path to = Files.createDirectories(temporary.resolve("to"));
    Files.createDirectories(to.resolve("inner"));
    assertThatThrownBy(() -> FileTrees.copy(from, to, "first", "last", ServerAccount.detect()))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(to.resolve("first")).exists();
    assertThat(to.resolve("last")).doesNotExist();
  }

  @Test
  void delete_treeWithLinks_leavesWhatTheyPointTo() throws Exception {
    Path kept = tree();
    Path root = Files.createDirectories(temporary.resolve("root/inner")).getParent();
    Files.createSymbolicLink(root.resolve("inner/to-directory"), kept);
    Files.createSymbolicLink(root.resolve("to-file"), kept.resolve("first"));
    Files.createSymbolicLink(root.resolve("dangling"), temporary.resolve("nowhere"));
    FileTrees.delete(root);
    assertThat(root).doesNotExist();
    assertThat(kept.resolve("first")).hasContent("1");
    assertThat(kept.resolve("inner/deep/file")).hasContent("deep");
  }

  @Test
  void delete_missingLinkAndFile_areAllGone() throws Exception {
    FileTrees.delete(temporary.resolve("missing"));
    Path link = Files.createSymbolicLink(temporary.resolve("link"), tree());
    FileTrees.delete(link);
    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(tree().resolve("first")).exists();
    Path file = Files.writeString(temporary.resolve("file"), "x");
    FileTrees.delete(file);
    assertThat(file).doesNotExist();
  }

  private Path tree() throws Exception {
    Path root = temporary.resolve("tree");
    Files.createDirectories(root.resolve("inner/deep"));
    Files.createDirectories(root.resolve("inner/empty"));
    Files.writeString(root.resolve("inner/deep/file"), "deep");
    Files.writeString(root.resolve("first"), "1");
    Files.writeString(root.resolve("last"), "9");
    return root;
  }
}
