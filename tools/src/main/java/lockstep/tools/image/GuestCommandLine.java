package lockstep.tools.image;

/** The kernel's command line of a guest: a console, a fast boot, its network. */
public final class GuestCommandLine {
  // The guest's network unless a definition says otherwise.
  public static final String DEFAULT_MAC = "52:54:00:12:34:56";
  public static final String DEFAULT_ADDRESS = "10.0.2.15";

  public static final int DEFAULT_PREFIX_LENGTH = 24;
  public static final String DEFAULT_GATEWAY = "10.0.2.2";
  public static final String DEFAULT_DNS = "10.0.2.3";
  public static final String DEFAULT_NAME = "lockstep";

  /**
   * What makes a boot several times shorter: no self-tests of ciphers, no jitter entropy (the
   * device tree has a seed), no BTF and tracing tables, no certificates for module signatures that
   * are cut off, no timing of unaligned accesses, three levels of page tables, no clearing of what
   * the kernel allocates for itself.
   */
  private static final String FAST =
      "console=ttyS0 quiet no4lvl no5lvl cryptomgr.notests"
          + " initcall_blacklist=jent_mod_init,btf_vmlinux_init,trace_eval_init,"
          + "check_unaligned_access_all_cpus,init_trusted_keyring,load_system_certificate_list"
          + " lsm=capability audit=0 apparmor=0 init_on_alloc=0";

  private GuestCommandLine() {}

  /** With the default addresses. */
  public static String recommended() {
    return of(DEFAULT_NAME, DEFAULT_ADDRESS, DEFAULT_PREFIX_LENGTH, DEFAULT_GATEWAY, DEFAULT_DNS);
  }

  /**
   * The command line of a guest with these addresses; the guest's own boot script reads the {@code
   * lockstep.} words.
   *
   * @param name the guest's host name
   */
  public static String of(
      String name, String address, int prefixLength, String gateway, String dns) {
    return "%s lockstep.name=%s lockstep.ip=%s/%d lockstep.gw=%s lockstep.dns=%s"
        .formatted(FAST, name, address, prefixLength, gateway, dns);
  }
}
