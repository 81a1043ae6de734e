package lockstep.vmm.replica;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import lockstep.ft.core.ReplicaConfig.Limits;
import lockstep.ft.core.ReplicaConfig.StartRule;
import lockstep.vmm.compiler.CompilerMode;

/**
 * What a VMM is told at its start. Names are resolved when they are used.
 *
 * @param vm name of the VM, defined on the disk server
 * @param diskServerNbd where the disk server serves disks
 * @param diskServerArbiter where the disk server serves the arbiter
 * @param diskServerHttp where the disk server serves definitions and blobs
 * @param proxy where the client proxy takes replicas
 * @param logListen where to accept log channels; port 0 takes a free one
 * @param advertisedHost {@code host} or {@code host:port} at which the other replica reaches the
 *     log channel; without a port, the one that is listened on
 * @param httpListen metrics, health, status
 * @param consoleListen the guest's console
 * @param startRule what to do while nobody is live
 * @param savedState start from this saved state instead of booting
 * @param recording write the log into this file
 * @param keepDirectory where saved states and divergences are kept
 * @param limits bounds and times of the protocol
 * @param compiler what of the guest's code is compiled; the other replica may choose otherwise
 */
public record VmmOptions(
    String vm,
    InetSocketAddress diskServerNbd,
    InetSocketAddress diskServerArbiter,
    InetSocketAddress diskServerHttp,
    InetSocketAddress proxy,
    InetSocketAddress logListen,
    String advertisedHost,
    InetSocketAddress httpListen,
    InetSocketAddress consoleListen,
    StartRule startRule,
    Optional<Path> savedState,
    Optional<Path> recording,
    Path keepDirectory,
    CompilerMode compiler,
    Limits limits) {}
