// Progress: shows the progress of long work, on a terminal in one line that is overwritten.
#pragma once

#include <chrono>
#include <string>

namespace edgevlm::train {

class Progress {
 public:
  // name: of the work, shown at the start of the line.
  explicit Progress(std::string name);

  // done: in [0, 1]; facts: such as "loss 1.234"; seconds_left < 0: unknown. Writes to standard
  // error, at most ten times per second on a terminal, else every 20 s.
  void Show(double done, const std::string& facts, double seconds_left);
  // Ends the line.
  void EndLine();

 private:
  std::string name_;
  bool terminal_;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

// "1:02:03", "4:05".
std::string ClockText(double seconds);

}  // namespace edgevlm::train
