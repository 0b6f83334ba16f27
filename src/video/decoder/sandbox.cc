#include "video/decoder/sandbox.h"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <malloc.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace edgevlm {
namespace {

// more: until the limit that ends the program without a signal of its own.
void Limit(__rlimit_resource resource, rlim_t most, rlim_t more = 0) {
  const rlimit limit = {.rlim_cur = most, .rlim_max = most + more};
  setrlimit(resource, &limit);
}

// Addresses that the program takes already: a sanitizer's shadow, for one.
rlim_t TakenBytes() {
  unsigned long pages = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

// Everything else fails with EPERM, which FFmpeg takes as it takes a missing file.
constexpr std::array kAllowed = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(fstat),
    SCMP_SYS(newfstatat), SCMP_SYS(close),
    // Memory.
    SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise),
    SCMP_SYS(brk),
    // Threads, apart from starting one.
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(tgkill), SCMP_SYS(restart_syscall),
    // Clocks and random numbers.
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom), SCMP_SYS(sysinfo)};

// Looking up a host's name reads settings, and a connection is polled.
constexpr std::array kAllowedWithNetwork = {
    SCMP_SYS(socket),     SCMP_SYS(connect),    SCMP_SYS(bind),        SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),   SCMP_SYS(sendmsg),    SCMP_SYS(recvmsg),     SCMP_SYS(sendmmsg),
    SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    SCMP_SYS(shutdown),   SCMP_SYS(poll),       SCMP_SYS(ppoll),       SCMP_SYS(fcntl),
    SCMP_SYS(uname),      SCMP_SYS(getuid),     SCMP_SYS(geteuid),     SCMP_SYS(access),
    SCMP_SYS(readlink),   SCMP_SYS(getdents64), SCMP_SYS(prctl)};

// What a decoder's device is asked for once it is open.
constexpr std::array<unsigned long, 14> kDeviceRequests = {
    VIDIOC_G_FMT,       VIDIOC_S_FMT,       VIDIOC_TRY_FMT, VIDIOC_ENUM_FMT,   VIDIOC_REQBUFS,
    VIDIOC_QUERYBUF,    VIDIOC_QBUF,        VIDIOC_DQBUF,   VIDIOC_STREAMON,   VIDIOC_STREAMOFF,
    VIDIOC_G_SELECTION, VIDIOC_S_SELECTION, VIDIOC_DQEVENT, VIDIOC_DECODER_CMD};

// Requests and descriptors have 32 bits, which C libraries extend in different ways.
constexpr scmp_datum_t kArgumentBits = 0xffffffff;

void AllowDevice(scmp_filter_ctx filter, int device) {
  for (const unsigned long request : kDeviceRequests) {
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 2,
                     SCMP_A0(SCMP_CMP_MASKED_EQ, kArgumentBits, static_cast<scmp_datum_t>(device)),
                     SCMP_A1(SCMP_CMP_MASKED_EQ, kArgumentBits, request));
  }
  for (const int call : {SCMP_SYS(poll), SCMP_SYS(ppoll)}) {
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  }
}

void FilterSystemCalls(const SandboxLimits& limits) {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) return;
  for (const int call : kAllowed) seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  if (limits.device >= 0) AllowDevice(filter, limits.device);
  if (limits.has_network) {
    for (const int call : kAllowedWithNetwork) seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    // How much there is to read.
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                     SCMP_A1(SCMP_CMP_MASKED_EQ, kArgumentBits, FIONREAD));
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                     SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY));
  }
  // A thread, but no process.
  seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                   SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  // Its flags lie in memory, where a filter cannot look: the C library then takes clone.
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  // A kernel without filters leaves the other limits.
  (void)seccomp_load(filter);
  seccomp_release(filter);
}

}  // namespace

void EnterSandbox(const SandboxLimits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);
  // Each arena takes addresses for 64 MiB, of which a decoder's threads use little.
  mallopt(M_ARENA_MAX, 2);
  Limit(RLIMIT_CORE, 0);
  Limit(RLIMIT_FSIZE, 0);
  if (limits.processor_seconds > 0) {
    Limit(RLIMIT_CPU, static_cast<rlim_t>(limits.processor_seconds), 1);
  }
  if (limits.memory_mib > 0) {
    Limit(RLIMIT_AS, TakenBytes() + (static_cast<rlim_t>(limits.memory_mib) << 20));
  }
  FilterSystemCalls(limits);
}

}  // namespace edgevlm
