CREATE ROLE shop_owner LOGIN;
CREATE ROLE shop_app LOGIN;
CREATE ROLE "Odd Reader";
