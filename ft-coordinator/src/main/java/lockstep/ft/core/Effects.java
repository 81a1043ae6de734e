package lockstep.ft.core;

/** Takes the effects of one event, in order. */
@FunctionalInterface
public interface Effects {
  void emit(Effect effect);
}
