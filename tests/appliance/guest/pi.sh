#!/bin/sh
# Makes the machine a Raspberry Pi 4 as far as a GPIO library can see: its revision, and 58 lines that are named as its own.
# What happens on a line is seen from outside in SIM/sim_gpioN/value; SIM/sim_gpioN/pull drives it. /run/lab-gpio names SIM.
set -e
{ cat /proc/cpuinfo; printf 'Revision\t: c03114\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n'; } > /run/lab-cpuinfo
modprobe gpio-sim
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
chip=/sys/kernel/config/gpio-sim/lab
mkdir "$chip" "$chip/bank0"
echo pinctrl-bcm2711 > "$chip/bank0/label"
echo 58 > "$chip/bank0/num_lines"
line=0
while [ "$line" -lt 58 ]; do
    mkdir "$chip/bank0/line$line"
    echo "GPIO$line" > "$chip/bank0/line$line/name"
    line=$((line + 1))
done
echo 1 > "$chip/live"
echo "/sys/devices/platform/$(cat "$chip/dev_name")/$(cat "$chip/bank0/chip_name")" > /run/lab-gpio
