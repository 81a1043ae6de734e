/**
 * What each part of the machine costs by itself, measured by JMH: run as {@code ./lockstep bench
 * micro}, a class a cost centre, after {@link lockstep.benchmarks.micro.CostCentre}. The module's
 * README says what each one stands for.
 *
 * <p>Those of executing guest code run a {@link lockstep.benchmarks.micro.GuestLoop}: a few
 * instructions over and over on a machine of its own, interpreted or compiled.
 */
@NullMarked
package lockstep.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
