package lockstep.tools.chaos.network;

import java.io.IOException;

/** A wire between two servers that can be cut or held, all of it or one way. */
public interface Wire {
  /** A way through the wire. */
  enum Way {
    /** From who has dialled. */
    THERE,
    /** To who has dialled. */
    BACK
  }

  /** Ends every connection, both ends hear of it, and lets none through any more. */
  void cut() throws IOException;

  /** Lets nothing pass, and ends nothing. */
  void hold() throws IOException;

  /** Lets nothing pass one way, and ends nothing; so nobody who dials comes through either. */
  void hold(Way way) throws IOException;

  /** Lets everything pass again. */
  void mend() throws IOException;

  boolean isOpen();
}
