package lockstep.ft.core;

import java.util.Optional;
import java.util.function.LongFunction;
import lockstep.ft.arbiter.ArbiterReply;
import lockstep.ft.arbiter.ArbiterRequest;

/**
 * The one question to the arbiter that is open, if any. It is asked again, with the same nonce,
 * until it is answered: when a connection opens, and after a while without an answer. An answer to
 * another nonce is a straggler.
 *
 * <p>Nonces count from 1: with the replica's id, which is never used again, they are unique.
 */
final class ArbiterAsking {
  private final long retryNanos;
  private Optional<ArbiterRequest> question = Optional.empty();
  private long nextNonce = 1;
  private long nonce;
  private long askedAtNanos;
  private long retryAtNanos;

  ArbiterAsking(long retryNanos) {
    this.retryNanos = retryNanos;
  }

  boolean isOpen() {
    return question.isPresent();
  }

  /** Whether the open question is to enlist a backup. */
  boolean isEnlisting() {
    return question.isPresent() && question.get() instanceof ArbiterRequest.Enlist;
  }

  /** A nonce that no question had before. */
  long newNonce() {
    return nextNonce++;
  }

  /** Asks something new; {@code make} gets the nonce. Nothing else may be open. */
  void ask(LongFunction<ArbiterRequest> make, Core core) {
    ask(newNonce(), make, core);
  }

  /** Asks with a nonce that may have been asked with before. Nothing else may be open. */
  void ask(long questionNonce, LongFunction<ArbiterRequest> make, Core core) {
    if (question.isPresent()) {
      throw new IllegalStateException("asked already: " + question.get());
    }
    // What is answered may have been asked with the same nonce earlier; a lease counts from there.
    if (questionNonce != nonce) {
      askedAtNanos = core.now();
    }
    nonce = questionNonce;
    question = Optional.of(make.apply(nonce));
    send(core);
  }

  /** Asks what is open again. */
  void send(Core core) {
    question.ifPresent(
        request -> {
          retryAtNanos = core.now() + retryNanos;
          core.emit(new Effect.AskArbiter(request));
        });
  }

  void onTick(Core core) {
    if (isOpen() && retryAtNanos - core.now() <= 0) {
      send(core);
    }
  }

  /** When the nonce of the open question, or of the last one answered, was first asked with. */
  long askedAtNanos() {
    return askedAtNanos;
  }

  long deadlineNanos() {
    return isOpen() ? retryAtNanos : Long.MAX_VALUE;
  }

  /** Closes the question if {@code reply} answers it, and returns it. */
  Optional<ArbiterRequest> answeredBy(ArbiterReply reply) {
    boolean answers =
        switch (reply) {
          case ArbiterReply.Granted granted -> granted.nonce() == nonce;
          case ArbiterReply.Refused refused -> refused.nonce() == nonce;
          case ArbiterReply.Hello _,
              ArbiterReply.HelloRefused _,
              ArbiterReply.Current _,
              ArbiterReply.Renewed _,
              ArbiterReply.NotRenewed _ ->
              false;
        };
    if (!answers) {
      return Optional.empty();
    }
    Optional<ArbiterRequest> answered = question;
    question = Optional.empty();
    return answered;
  }
}
