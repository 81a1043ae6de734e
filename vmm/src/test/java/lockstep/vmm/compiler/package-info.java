/** Tests of the compiler alone; random programs are compared in the module benchmarks. */
@org.jspecify.annotations.NullMarked
package lockstep.vmm.compiler;
