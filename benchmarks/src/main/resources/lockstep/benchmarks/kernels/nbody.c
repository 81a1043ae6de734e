/* Five bodies under gravity in double precision: additions, products, roots, quotients. */
#include "kernel.h"
#define BODIES 5
#define STEPS 250000

const u64 expected = 0xc0131b861e43a950;

static struct body {
  double x, y, z, vx, vy, vz, mass;
} bodies[BODIES];

static void step(double dt) {
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    for (int j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double squared = dx * dx + dy * dy + dz * dz;
      double magnitude = dt / (squared * __builtin_sqrt(squared));
      a->vx -= dx * b->mass * magnitude;
      a->vy -= dy * b->mass * magnitude;
      a->vz -= dz * b->mass * magnitude;
      b->vx += dx * a->mass * magnitude;
      b->vy += dy * a->mass * magnitude;
      b->vz += dz * a->mass * magnitude;
    }
  }
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    a->x += dt * a->vx;
    a->y += dt * a->vy;
    a->z += dt * a->vz;
  }
}

u64 kernel(void) {
  for (int i = 0; i < BODIES; i++) {
    struct body *body = &bodies[i];
    body->x = i * 3.7 - 5;
    body->y = i * i * 0.9 - 4;
    body->z = (i % 3) * 1.1 - 1;
    body->vx = body->vz = 0;
    body->vy = i == 0 ? 0 : 2.0 / (i + 1);
    body->mass = i == 0 ? 39.5 : 0.01 / (i + 1);
  }
  for (int i = 0; i < STEPS; i++) step(0.0005);
  union {
    double number;
    u64 bits;
  } last = {bodies[1].x + bodies[2].y * 3 + bodies[3].vz * 7 + bodies[4].x};
  return last.bits;
}
