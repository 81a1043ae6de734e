package lockstep.proxy.guest;

/** Takes frames for the guest. One that can't be sent now is lost, as on any wire. */
public interface FrameSink {
  void send(byte[] frame);
}
