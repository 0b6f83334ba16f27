// What systemd wants to hear of a service (sd_notify(3)), in one datagram each.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace edgevlm {

// Sends "READY=1" and the like to the socket that NOTIFY_SOCKET names. Without one, or when nobody
// listens there, nothing happens.
void NotifyServiceManager(std::string_view state);

// How often it expects "WATCHDOG=1" (WATCHDOG_USEC); nothing if it does not.
std::optional<std::chrono::microseconds> WatchdogTime();

}  // namespace edgevlm
