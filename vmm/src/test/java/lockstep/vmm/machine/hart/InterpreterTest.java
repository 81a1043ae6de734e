package lockstep.vmm.machine.hart;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class InterpreterTest {

  @Test
  void theLoopIsSmallEnoughForHotSpotToCompile() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(Interpreter.class.getResourceAsStream("Interpreter.class"))) {
      int bytes =
          ClassFile.of().parse(file.readAllBytes()).methods().stream()
              .filter(method -> method.methodName().equalsString("run"))
              .mapToInt(InterpreterTest::codeLength)
              .sum();
      assertTrue(bytes > 0 && bytes < Interpreter.LOOP_BYTES_MAX, bytes + " bytes of bytecode");
    }
  }

  private static int codeLength(MethodModel method) {
    return ((CodeAttribute) method.code().orElseThrow()).codeLength();
  }
}
