/** Device models, a folder each: the model, its state, its tests. */
@NullMarked
package lockstep.vmm.machine.device;

import org.jspecify.annotations.NullMarked;
