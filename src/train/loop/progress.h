// Progress of long work: one line on a terminal that is written over, else a line now and then.
#pragma once

#include <chrono>
#include <string>

namespace edgevlm::train {

class Progress {
 public:
  // name: what the work is, at the start of the line.
  explicit Progress(std::string name);

  // done: in [0, 1]; facts: "loss 1.234"; seconds_left < 0: not known yet. Writes to standard
  // error, at most ten times a second on a terminal and every 20 s elsewhere.
  void Show(double done, const std::string& facts, double seconds_left);
  // Ends the line.
  void Finish();

 private:
  std::string name_;
  bool terminal_;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

// "1:02:03", "4:05".
std::string ClockText(double seconds);

}  // namespace edgevlm::train
