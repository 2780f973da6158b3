# A Raspberry Pi as a board:
#   signet-board --hardware --profile raspberry-pi.profile --dir /var/lib/signet-board \
#                --element atecc:i2c:/dev/i2c-1:0x60 --jumper gpio:/dev/gpiochip0:17 --flash
board = raspberry-pi
reach = any

# The serial line at pins 8 and 10 (raspi-config: serial port yes, login shell no).
console = serial:/dev/serial0:115200

# The board joins the network that its owner stored (signet secret set wifi.ssid) or its program names, by
#   wpa_supplicant -B -i wlan0 -C /run/wpa_supplicant
# and a DHCP client of the system (systemd-networkd, dhcpcd). Where NetworkManager looks after wlan0: wifi = system
wifi = wpa:wlan0
ethernet = eth0
