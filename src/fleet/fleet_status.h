// What workers and batches of a queue report about themselves, and how it is shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

struct WorkerStatus {
  std::string name;
  std::string model;         // the key of the images that it takes
  std::string state;         // "working", "waiting", "hot", "low memory"
  std::int64_t done = 0;     // images answered since it started
  std::int64_t failed = 0;   // of those, with an error
  std::int64_t holding = 0;  // images taken and not yet answered
  double per_second = 0;     // images, lately
};

struct BatchStatus {
  std::string name;
  std::string model;
  std::int64_t images = 0;
  std::int64_t done = 0;  // stored, by earlier runs too
  std::int64_t failed = 0;
  double per_second = 0;
};

struct FleetStatus {
  std::vector<WorkerStatus> workers = {};  // by name
  std::vector<BatchStatus> batches = {};   // by name
  int unreadable = 0;                      // of devices with another version
};

std::string StatusText(const WorkerStatus& status);
std::string StatusText(const BatchStatus& status);

// Any texts: what is neither is counted as unreadable.
FleetStatus ReadStatuses(const std::vector<std::string>& texts);

// Until all is done at the present rate; -1: unknown.
double SecondsLeft(const BatchStatus& batch);

// {"workers": [...], "batches": [...], "images_per_second": ...}, with "seconds_left" or null.
std::string FleetStatusJson(const FleetStatus& status);
// For terminals: one line per batch and per worker.
std::string FleetStatusLines(const FleetStatus& status);

// "0:17:40".
std::string ClockText(double seconds);

}  // namespace edgevlm
