/** The definition of a VM: what two VMMs must agree on before they run its guest. */
@NullMarked
package lockstep.ft.definition;

import org.jspecify.annotations.NullMarked;
