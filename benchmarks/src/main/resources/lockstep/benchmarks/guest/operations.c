/* Runs one kind of operation of the operating system a number of times: OPERATION COUNT. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define TOUCHED_BYTES (32L << 20)
#define COPIED_BYTES (8L << 20)

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void system_calls(long count) {
  for (long i = 0; i < count; i++) syscall(SYS_getppid);
}

/* Each page of fresh anonymous memory faults once. */
static void page_faults(long count) {
  while (count > 0) {
    char *memory =
        mmap(0, TOUCHED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) fail("mmap");
    for (long at = 0; at < TOUCHED_BYTES && count > 0; at += PAGE, count--) memory[at] = 1;
    munmap(memory, TOUCHED_BYTES);
  }
}

static void fork_and_exec(const char *self, long count) {
  for (long i = 0; i < count; i++) {
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      execl(self, self, "nothing", "0", (char *)0);
      _exit(1);
    }
    int status;
    if (waitpid(child, &status, 0) < 0 || status != 0) fail("child");
  }
}

/* A byte to another process and back. */
static void pipes(long count) {
  int there[2], back[2];
  char byte = 0;
  if (pipe(there) || pipe(back)) fail("pipe");
  if (fork() == 0) {
    close(there[1]);
    while (read(there[0], &byte, 1) == 1)
      if (write(back[1], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  for (long i = 0; i < count; i++)
    if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) fail("pipe");
  close(there[1]);
  wait(0);
}

static void copies(long count) {
  char *from = malloc(COPIED_BYTES), *to = malloc(COPIED_BYTES);
  memset(from, 1, COPIED_BYTES);
  memset(to, 2, COPIED_BYTES);
  for (long i = 0; i < count; i++) {
    memcpy(to, from, COPIED_BYTES);
    __asm__ volatile("" : : "r"(to), "r"(from) : "memory");
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  long count = atol(argv[2]);
  if (!strcmp(argv[1], "system-calls")) system_calls(count);
  else if (!strcmp(argv[1], "page-faults")) page_faults(count);
  else if (!strcmp(argv[1], "fork-exec")) fork_and_exec(argv[0], count);
  else if (!strcmp(argv[1], "pipe")) pipes(count);
  else if (!strcmp(argv[1], "memcpy")) copies(count);
  else if (strcmp(argv[1], "nothing")) return 2;
  return 0;
}
