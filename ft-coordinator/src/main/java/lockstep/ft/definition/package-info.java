/**
 * The definition of a VM: what two VMMs must agree on before they run its guest. {@link
 * lockstep.ft.definition.VmDefinition} is it, {@link lockstep.ft.definition.DefinitionRules} what a
 * sound one is, {@link lockstep.ft.definition.DefinitionCodec} its JSON and digest.
 */
@NullMarked
package lockstep.ft.definition;

import org.jspecify.annotations.NullMarked;
