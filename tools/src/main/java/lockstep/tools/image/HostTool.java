package lockstep.tools.image;

/** A program of the host that the builder calls, and the Debian package that has it. */
enum HostTool {
  APT_GET("apt-get", "apt"),
  APT_CONFIG("apt-config", "apt"),
  DPKG_DEB("dpkg-deb", "dpkg"),
  MKE2FS("mke2fs", "e2fsprogs"),
  DEBUGFS("debugfs", "e2fsprogs");

  private final String program;
  private final String debianPackage;

  HostTool(String program, String debianPackage) {
    this.program = program;
    this.debianPackage = debianPackage;
  }

  String program() {
    return program;
  }

  String debianPackage() {
    return debianPackage;
  }
}
