//! By which addresses others in the network reach this machine.

use std::net::{IpAddr, UdpSocket};

/// The addresses, the likeliest first. Nothing is sent.
pub(super) fn outer_addresses() -> Vec<IpAddr> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let up = all.into_iter().filter(if_addrs::Interface::is_oper_up).map(|interface| interface.ip());
    in_order(towards_others(), up)
}

/// The address that this machine sends from when it sends to another network; none where there is no way to one.
fn towards_others() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // An address for documentation, in nobody's network.
    socket.connect("192.0.2.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Those by which somebody else can come, each once; those of IPv4 first, as they can be read aloud.
fn in_order(first: Option<IpAddr>, found: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let reaches = |address: &IpAddr| match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_unspecified() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unspecified() && !address.is_unicast_link_local(),
    };
    let mut others: Vec<IpAddr> = found.filter(|address| reaches(address) && Some(*address) != first).collect();
    others.sort();
    others.dedup();
    first.filter(reaches).into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_way_to_other_networks_the_room_s_own_is_found() {
        let found = ["127.0.0.1", "::1", "fe80::1", "2001:db8::5", "192.168.43.7", "169.254.3.3", "192.168.43.7"];
        let found = || found.iter().map(|address| address.parse::<IpAddr>().unwrap());
        let said = |first: Option<&str>| {
            let first = first.map(|address| address.parse().unwrap());
            in_order(first, found()).iter().map(IpAddr::to_string).collect::<Vec<_>>()
        };
        assert_eq!(said(None), ["192.168.43.7", "2001:db8::5"]);
        assert_eq!(said(Some("2001:db8::5")), ["2001:db8::5", "192.168.43.7"]);
        assert_eq!(said(Some("127.0.0.1")), ["192.168.43.7", "2001:db8::5"]);
    }

    #[test]
    fn nobody_is_sent_to_this_machine_s_own_name_for_itself() {
        assert!(outer_addresses().iter().all(|address| !address.is_loopback() && !address.is_unspecified()));
    }
}
