package lockstep.tools.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes a root tree as an ext4 disk: {@code mke2fs} makes it empty, {@code debugfs} fills it in
 * the order of the paths. Identity and times are fixed and the host's configuration is left out, so
 * that the same tree gives the same bytes, whoever builds it.
 */
final class Ext4Image {
  private static final String UUID = "10c57e90-0f1e-4d5c-9a3b-2f6e6c6f636b";
  private static final String HASH_SEED = "5eed0f10-c57e-4900-8000-6c6f636b7374";

  /** 2025-01-01T00:00:00Z in seconds; read by all of e2fsprogs in place of the clock. */
  private static final String TIME_SECONDS = "1735689600";

  /**
   * Named one by one, because a host's mke2fs.conf may say otherwise. Without metadata checksums:
   * the block store has its own, and a guest that computes them in software pays at each commit.
   */
  private static final String FEATURES =
      "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,"
          + "sparse_super,large_file,huge_file,dir_nlink,extra_isize";

  private static final int JOURNAL_MIB = 8;
  private static final int INODE_BYTES = 256;
  private static final int BYTES_AN_INODE = 16_384;

  private static final int REGULAR = 0100000;
  private static final int DIRECTORY = 0040000;

  private final HostTools tools;

  Ext4Image(HostTools tools) {
    this.tools = tools;
  }

  /**
   * @param image made here; sparse
   * @param sizeBytes a multiple of 4096
   * @throws ImageException where the tree does not fit, or a path cannot be written
   */
  void write(RootTree tree, Path image, long sizeBytes, Path work)
      throws IOException, ImageException {
    Path configuration = work.resolve("mke2fs.conf");
    Files.writeString(configuration, "[defaults]\n\tbase_features = none\n");
    ProcessBuilder make =
        tools.process(
            HostTool.MKE2FS,
            List.of(
                "-q",
                "-F",
                "-t",
                "ext4",
                "-b",
                Integer.toString(GuestRecipe.BLOCK_BYTES),
                "-O",
                FEATURES,
                "-I",
                Integer.toString(INODE_BYTES),
                "-i",
                Integer.toString(BYTES_AN_INODE),
                "-J",
                "size=" + JOURNAL_MIB,
                "-m",
                "0",
                "-L",
                "lockstep",
                "-U",
                UUID,
                "-E",
                "root_owner=0:0,hash_seed=" + HASH_SEED + ",lazy_itable_init=0,lazy_journal_init=0",
                image.toString(),
                sizeBytes / GuestRecipe.BLOCK_BYTES + ""));
    make.environment().put("MKE2FS_CONFIG", configuration.toString());
    make.environment().put("E2FSPROGS_FAKE_TIME", TIME_SECONDS);
    HostTools.run(make);

    Path script = work.resolve("debugfs.script");
    Files.writeString(script, script(tree));
    ProcessBuilder fill =
        tools.process(HostTool.DEBUGFS, List.of("-w", "-f", script.toString(), image.toString()));
    fill.environment().put("E2FSPROGS_FAKE_TIME", TIME_SECONDS);
    fill.environment().put("DEBUGFS_PAGER", "cat");
    failOnComplaint(HostTools.run(fill).error());
  }

  /** It exits with 0 even where a command failed; all but its version on standard error is one. */
  private static void failOnComplaint(String error) throws ImageException {
    List<String> complaints =
        error.lines().filter(line -> !line.isBlank() && !line.startsWith("debugfs 1.")).toList();
    if (!complaints.isEmpty()) {
      String first = complaints.getFirst();
      throw new ImageException(
          first.contains("Could not allocate")
              ? "the packages do not fit on the disk; give it a larger --size"
              : "debugfs could not fill the disk: " + first);
    }
  }

  /** Its commands that make an entry take a name in the current directory most reliably. */
  private static String script(RootTree tree) throws ImageException {
    StringBuilder script = new StringBuilder();
    String current = "";
    for (Map.Entry<String, RootTree.Node> entry : tree.nodes().entrySet()) {
      int slash = entry.getKey().lastIndexOf('/');
      String parent = "/" + entry.getKey().substring(0, Math.max(slash, 0));
      String name = quoted(entry.getKey().substring(slash + 1));
      if (!parent.equals(current)) {
        script.append("cd ").append(quoted(parent)).append('\n');
        current = parent;
      }
      switch (entry.getValue()) {
        case RootTree.Directory(int mode, long uid, long gid) -> {
          script.append("mkdir ").append(name).append('\n');
          own(script, name, DIRECTORY | mode, uid, gid);
        }
        case RootTree.RegularFile(int mode, long uid, long gid, Path content) -> {
          script.append("write ").append(quoted(content.toString())).append(' ').append(name);
          script.append('\n');
          own(script, name, REGULAR | mode, uid, gid);
        }
        case RootTree.Symlink(String target) ->
            script.append("symlink ").append(name).append(' ').append(quoted(target)).append('\n');
      }
    }
    return script.toString();
  }

  private static void own(StringBuilder script, String name, int mode, long uid, long gid) {
    script.append("sif %s mode 0%o%n".formatted(name, mode));
    script.append("sif %s uid %d%n".formatted(name, uid));
    script.append("sif %s gid %d%n".formatted(name, gid));
  }

  private static String quoted(String path) throws ImageException {
    if (path.indexOf('"') >= 0 || path.chars().anyMatch(Character::isISOControl)) {
      throw new ImageException("a file's name cannot be written to the disk: " + path);
    }
    return '"' + path + '"';
  }
}
