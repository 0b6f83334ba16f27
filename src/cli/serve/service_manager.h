// Notifies systemd of the service's state (sd_notify(3)), in one datagram each.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace edgevlm {

// Sends "READY=1" and the like to the socket that NOTIFY_SOCKET names. Does nothing without one, or
// if nothing listens there.
void NotifyServiceManager(std::string_view state);

// The interval at which systemd expects "WATCHDOG=1" (WATCHDOG_USEC); nothing if it does not.
std::optional<std::chrono::microseconds> WatchdogTime();

}  // namespace edgevlm
