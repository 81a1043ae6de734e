package lockstep.disk;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS for NBD clients, by STARTTLS.
 *
 * @param certificateChain PEM
 * @param privateKey PEM, PKCS #8, not encrypted
 * @param clientAuthority PEM: clients need a certificate signed by one of these; empty to take any
 *     client
 * @param required whether clients without TLS are refused; a VMM does not speak TLS
 */
public record TlsOptions(
    Path certificateChain, Path privateKey, Optional<Path> clientAuthority, boolean required) {}
